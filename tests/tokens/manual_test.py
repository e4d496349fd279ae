"""The manual pages are well-formed, and strongroomd's says of it what its own help does. (That strongroom's says every
command and option is compared with the command line itself, in command_line_test.cpp.)"""

import os
import re
import subprocess
import tempfile
import unittest

PROGRAMS = os.environ["STRONGROOM_PROGRAMS"]
MANUALS = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "man")


def page(name):
    with open(os.path.join(MANUALS, name), encoding="utf-8") as file:
        return file.read()


class ManualTest(unittest.TestCase):
    def test_every_page_is_well_formed(self):
        pages = sorted(os.listdir(MANUALS))
        self.assertEqual(["strongroom.1", "strongroomd.8"], pages)
        for name in pages:
            lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", os.path.join(MANUALS, name)],
                                  capture_output=True, text=True)
            self.assertEqual((0, ""), (lint.returncode, lint.stdout), name)

    def test_strongroomd_options_stand_in_its_page(self):
        answer = subprocess.run([os.path.join(PROGRAMS, "strongroomd"), "--help"], capture_output=True, text=True,
                                check=True)
        options = set(re.findall(r"--([a-z]+)", answer.stdout))
        self.assertLessEqual({"config", "help", "version"}, options)
        for option in options:
            self.assertRegex(page("strongroomd.8"), rf"\.It .*-{option}\b")

    def test_strongroomd_exit_codes_stand_in_its_page_and_in_its_help(self):
        answer = subprocess.run([os.path.join(PROGRAMS, "strongroomd"), "--help"], capture_output=True, text=True,
                                check=True)
        told = " ".join(answer.stdout.split("Exit codes:")[1].split())  # the help breaks its lines where it likes
        self.assertEqual(re.findall(r"\b(\d+) ", told), re.findall(r"\.It (\d+)\n", page("strongroomd.8")))

    def test_manuals_and_completions_are_installed_where_they_are_looked_for(self):
        with tempfile.TemporaryDirectory() as prefix:
            subprocess.run(["cmake", "--install", os.environ["STRONGROOM_BUILD"], "--prefix", prefix,
                            "--component", "companions"], check=True, capture_output=True)
            installed = {os.path.relpath(os.path.join(folder, file), prefix)
                         for folder, _, files in os.walk(prefix) for file in files}
            self.assertEqual({"share/man/man1/strongroom.1", "share/man/man8/strongroomd.8",
                              "share/bash-completion/completions/strongroom", "share/zsh/site-functions/_strongroom",
                              "share/fish/vendor_completions.d/strongroom.fish"}, installed)
            for file in installed:
                self.assertGreater(os.path.getsize(os.path.join(prefix, file)), 1000, file)


if __name__ == "__main__":
    unittest.main()
