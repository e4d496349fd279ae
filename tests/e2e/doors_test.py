"""The two commands as a person types them: ci/up, ci/down, and again; with the programs that the tests were built with."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.strongroom import PROGRAMS, ROOT, free_port, wait_until


class DoorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="strongroom doors ")  # a path with a space in it, on purpose
        cls.addClassCleanup(cls.folder.cleanup)
        cls.state = Path(cls.folder.name) / "state"
        cls.port = free_port()
        cls.first = cls.up("--port", str(cls.port))
        cls.addClassCleanup(cls.down)

    @classmethod
    def up_command(cls, *options):
        return [ROOT / "ci" / "up", "--state", cls.state, "--preset", PROGRAMS.parent.name, *options]

    @classmethod
    def up(cls, *options):
        result = subprocess.run(cls.up_command("--detach", *options), capture_output=True, text=True, check=False,
                                stdin=subprocess.DEVNULL)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    @classmethod
    def down(cls):
        return subprocess.run([ROOT / "ci" / "down", "--state", cls.state], capture_output=True, text=True, check=True).stdout

    def setUp(self):
        if not self.pid():
            self.up()

    def pid(self):
        """The running service's process id, or None."""
        try:
            pid = int((self.state / "strongroomd.pid").read_text())
            os.kill(pid, 0)
            return pid
        except (FileNotFoundError, ProcessLookupError):
            return None

    def aws(self, command):
        """A command line as the user types it, after `. env.sh`."""
        script = f'. "$0/env.sh" && /usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" --output text {command}'
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return subprocess.run(["bash", "-euc", script, self.state], env=inherited, capture_output=True, text=True,
                              check=True).stdout.strip()

    def test_up_prints_lines_that_work(self):
        lines = [line.strip() for line in self.first.splitlines() if line.startswith("  ")]
        self.assertEqual(3, len(lines), self.first)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        result = subprocess.run(["bash", "-eu"], input="\n".join(lines), env=inherited, capture_output=True, text=True,
                                check=False)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("my first key", result.stdout)

    def test_up_again_says_that_it_runs(self):
        pid = self.pid()
        self.assertIn(f"process {pid}", self.up())
        self.assertEqual(pid, self.pid())

    def test_down_and_up_go_on_with_the_same_keys_and_identity(self):
        environment = (self.state / "env.sh").read_text()
        key = self.aws("kms create-key --query KeyMetadata.KeyId")
        blob = self.aws(f"kms encrypt --key-id {key} --plaintext aGVsbG8= --query CiphertextBlob")
        self.assertIn("Stopped", self.down())
        self.assertIsNone(self.pid())
        self.assertIn("No strongroomd runs", self.down())
        self.up()
        self.assertEqual(environment, (self.state / "env.sh").read_text())
        self.assertEqual("aGVsbG8=", self.aws(f"kms decrypt --ciphertext-blob {blob} --query Plaintext"))

    def test_up_goes_on_after_a_crash(self):
        key = self.aws("kms create-key --query KeyMetadata.KeyId")
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.pid(), "the killed service is still there")
        self.assertTrue((self.state / "strongroomd.pid").exists())
        self.up()
        self.assertIn(key, self.aws("kms list-keys --query Keys[].KeyId"))

    def test_up_moves_to_another_port(self):
        self.down()
        port = free_port()
        self.assertIn(f"127.0.0.1:{port}", self.up("--port", str(port)))
        self.aws("kms list-keys")

    def test_a_stranger_under_the_recorded_process_id_is_left_alone(self):
        self.down()
        with subprocess.Popen(["sleep", "60"]) as stranger:
            (self.state / "strongroomd.pid").write_text(f"{stranger.pid}\n")
            self.assertIn("No strongroomd runs", self.down())
            self.assertIsNone(stranger.poll())
            stranger.kill()

    def test_a_taken_port_is_named(self):
        self.down()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            result = subprocess.run(self.up_command("--port", str(port), "--detach"), capture_output=True, text=True,
                                    check=False, stdin=subprocess.DEVNULL)
        self.assertNotEqual(0, result.returncode)
        self.assertRegex(result.stderr, rf"(?s){port}.*next: ")
        self.up("--port", str(free_port()))

    def test_in_the_foreground_an_interrupt_stops_it_cleanly(self):
        self.down()
        with subprocess.Popen(self.up_command(), stdout=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL) as process:
            for line in process.stdout:
                if "Ctrl-C stops it" in line:
                    break
            pid = self.pid()
            self.assertTrue(pid)
            process.send_signal(signal.SIGINT)
            self.assertIn("Stopped.", process.stdout.read())
            self.assertEqual(0, process.wait(60))
        self.assertIsNone(self.pid())
        self.assertFalse(Path(f"/proc/{pid}").exists())

    def test_options_that_are_none_are_named_with_the_next_step(self):
        for command in (["ci/up", "--no-such"], ["ci/up", "--port"], ["ci/up", "--port", "99999"], ["ci/down", "--no-such"]):
            with self.subTest(command):
                result = subprocess.run([ROOT / command[0], *command[1:]], capture_output=True, text=True, check=False, timeout=60)
                self.assertNotEqual(0, result.returncode)
                self.assertRegex(result.stderr, r"next: ")

    def test_help_tells_every_option(self):
        text = subprocess.run([ROOT / "ci" / "up", "--help"], capture_output=True, text=True, check=True).stdout
        for option in ("--state", "--port", "--detach"):
            self.assertTrue(re.search(rf"^ *{option}\b", text, re.MULTILINE), option)


if __name__ == "__main__":
    unittest.main()
