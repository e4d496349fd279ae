"""The completion scripts, in real shells: a terminal, the keys somebody presses, what the shell makes of them."""

import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest

TOOL = os.environ["STRONGROOM_TOOL"]
PATIENCE = 20


class Shell:
    """An interactive shell at a terminal of its own, in an empty folder."""

    def __init__(self, arguments, setup):
        self.folder = tempfile.mkdtemp(prefix="strongroom-completion-")
        environment = {"PATH": os.path.dirname(TOOL) + ":/usr/bin:/bin", "TERM": "dumb", "HOME": self.folder,
                       "LC_ALL": "C.UTF-8"}
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(self.folder)
            os.execve(arguments[0], arguments, environment)
        self.screen = ""
        # The command that prints "ready" does not hold the word as it is printed.
        self.type(setup + "; PS1='$ '; echo rea''dy\n")
        self.wait_for(r"\nready\r?\n")

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)
        shutil.rmtree(self.folder)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def wait_for(self, pattern):
        """Reads until the screen shows it since the last answer; what matched."""
        end = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.screen)):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                raise AssertionError(f"no {pattern!r} on the screen within {PATIENCE} s: {self.screen!r}")
            self.screen += os.read(self.terminal, 4096).decode(errors="replace")
        self.screen = self.screen[match.end():]
        return match[0]

    def completes(self, typed, line):
        """TAB after `typed` makes it `line`; the line is thrown away afterwards."""
        self.type(typed + "\t")
        self.wait_for(re.escape(line))
        self.type("\x15")


class BashTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bash = Shell(["/bin/bash", "--norc", "--noprofile", "-i"],
                         "bind 'set enable-bracketed-paste off'; source <(strongroom completion bash)")
        cls.addClassCleanup(cls.bash.close)

    def test_commands(self):
        self.bash.completes("strongroom tok", "strongroom token ")
        self.bash.completes("strongroom token ret", "strongroom token retire ")
        self.bash.completes("strongroom ident", "strongroom identity ")

    def test_options_of_the_command_that_was_typed(self):
        self.bash.completes("strongroom token init --so-pin-f", "strongroom token init --so-pin-file ")
        self.bash.completes("strongroom token retire --unr", "strongroom token retire --unrecorded-keys ")

    def test_values(self):
        self.bash.completes("strongroom identity add bob --role adm", "--role administrator ")
        self.bash.completes("strongroom completion z", "strongroom completion zsh ")

    def test_files_with_spaces_in_their_names(self):
        with open(os.path.join(self.bash.folder, "my config.toml"), "w", encoding="utf-8"):
            pass
        self.bash.completes("strongroom token list --config my", "--config my\\ config.toml ")

    def test_all_commands_are_offered(self):
        self.bash.type("strongroom token \t\t")
        offered = self.bash.wait_for(r"init[^$]*unlock").split()
        self.bash.type("\x15")
        self.assertLessEqual({"init", "list", "objects", "retire", "set-pin", "unlock"}, set(offered))

    def test_nothing_is_offered_for_a_value_of_any_text(self):
        self.bash.type("strongroom token init --label \t\t")
        self.bash.type("x\x15echo nothing''-offered\n")
        self.assertNotIn("--module", self.bash.wait_for(r"(?s).*nothing-offered"))

    def test_the_script_is_a_clean_one(self):
        script = subprocess.run([TOOL, "completion", "bash"], capture_output=True, text=True, check=True).stdout
        subprocess.run(["shellcheck", "--shell=bash", "-"], input=script, text=True, check=True)


class ZshTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zsh = Shell(["/bin/zsh", "-f", "-i"],
                        "autoload -U compinit; compinit -D -u; source <(strongroom completion zsh)")
        cls.addClassCleanup(cls.zsh.close)

    def test_commands_options_and_values(self):
        # The line editor writes only what it adds.
        for typed, added in [("strongroom tok", "en "), ("strongroom token ret", "ire "),
                             ("strongroom token init --so-pin-f", "ile "),
                             ("strongroom identity add bob --role adm", "inistrator ")]:
            with self.subTest(typed):
                self.zsh.type(typed)
                self.zsh.wait_for(re.escape(typed[-3:]))
                self.zsh.completes("", added)


class FishTest(unittest.TestCase):
    def complete(self, line):
        script = f"strongroom completion fish | source; complete -C '{line}'"
        with tempfile.TemporaryDirectory() as home:
            answer = subprocess.run(["/usr/bin/fish", "--no-config", "-c", script], capture_output=True, text=True,
                                    check=True, env={"PATH": os.path.dirname(TOOL) + ":/usr/bin:/bin", "HOME": home})
        return {line.split("\t")[0] for line in answer.stdout.splitlines()}

    def test_commands_options_and_values(self):
        self.assertLessEqual({"init", "list", "objects", "retire", "set-pin", "unlock"},
                             self.complete("strongroom token "))
        self.assertEqual({"administrator"}, self.complete("strongroom identity add bob --role adm"))
        self.assertEqual({"--unrecorded-keys"}, self.complete("strongroom token retire --unr"))


if __name__ == "__main__":
    unittest.main()
