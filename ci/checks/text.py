"""Rules for every text file. Reads NUL-separated file names from standard input; names every line that breaks one."""

import re
import sys

MAX_LINES = 500  # a longer file is two files
UNLIMITED = ("LICENSE", ".json")  # texts of others, data
INPUTS = "tests/fuzz/corpus/"  # no texts, even where they look like some
# Folders of one person's machine: what is written with one works nowhere else.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/\w")


def check_file(path):
    if path.startswith(INPUTS):
        return
    with open(path, "rb") as file:
        content = file.read()
    if b"\0" in content:
        return
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        yield f"{path}: not UTF-8 at byte {error.start}"
        return
    lines = text.split("\n")
    if content and lines.pop() != "":
        yield f"{path}: no newline at its end"
    if len(lines) > MAX_LINES and not path.endswith(UNLIMITED):
        yield f"{path}: {len(lines)} lines, {MAX_LINES} at most"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield f"{path}:{number}: white space at the end of the line"
        if MACHINE_PATH.search(line):
            yield f"{path}:{number}: a path of somebody's own machine"


def main():
    complaints = [c for path in filter(None, sys.stdin.read().split("\0")) for c in check_file(path)]
    print("\n".join(complaints), file=sys.stderr, end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
