# shellcheck shell=bash
# What the scripts of this folder share. Sourced, never run.

# The repository, wherever the caller stands.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

# A clone in another folder compiles the same: let it find what ccache has.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

say() { printf '%s\n' "$*"; }

# die WHAT [NEXT STEP]: what went wrong, and what to do about it.
die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  [[ $# -lt 2 ]] || printf '  next: %s\n' "$2" >&2
  exit 1
}

# usage: prints the comment at the head of the calling script.
usage() {
  sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
}

# value OPTION [VALUE]: the value of an option, or the end.
value() {
  [[ $# -ge 2 && -n $2 ]] || die "$1 needs a value" "see ${0##*/} --help"
  printf '%s' "$2"
}

# port_number TEXT: the text, when it is a TCP port.
port_number() {
  [[ $1 =~ ^[1-9][0-9]{0,4}$ && $1 -le 65535 ]] || die "'$1' is no port" "give a number from 1 to 65535"
  printf '%s' "$1"
}

# state_folder DIR: the state folder as an absolute path; nothing is created.
state_folder() {
  realpath --canonicalize-missing -- "${1:-$root/.strongroom}"
}

# service_pid STATE: the process id of the strongroomd that serves this state folder; fails when there is none. A pid file
# that a crash left behind names no process, or one that is not ours.
service_pid() {
  local pid words
  [[ -r $1/strongroomd.pid ]] || return 1
  pid=$(<"$1/strongroomd.pid")
  [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
  # Its command line, not /proc/PID/exe: the service hides that, as it hides its memory, from all but root.
  mapfile -d '' -t words <"/proc/$pid/cmdline" || return 1
  [[ ${words[0]-} == */strongroomd && ${words[*]} == *" --config $1/strongroomd.toml" ]] || return 1
  printf '%s' "$pid"
}
