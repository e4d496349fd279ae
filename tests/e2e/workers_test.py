"""The processes that hold the module: killed, stopped and outlived under load, and what the service says of it."""

import os
import signal
import sys
import threading
import time
import unittest
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import ClientError

from support.case import StrongroomTestCase
from support.strongroom import wait_until

WORKER = "strongroom-hsm-worker"


def children(pid):
    """The worker processes of a service."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "status").read_text()
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended meanwhile
        if f"\nPPid:\t{pid}\n" in status and words[0].decode().endswith(WORKER):
            found.append(int(entry.name))
    return found


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/status").read_text().find("\nState:\tZ") >= 0
    except OSError:
        return True


class WorkersTest(StrongroomTestCase):
    def setUp(self):
        super().setUp()
        self.key = self.create_key()
        wait_until(lambda: len(self.workers()) == 2, "there are not two workers")

    def workers(self):
        return children(self.strongroom.process.pid)

    def ended(self, reason):
        return self.strongroom.metrics()[f'strongroom_hsm_workers_ended_total{{reason="{reason}",token="token"}}']

    def all_serve(self):
        metrics = self.strongroom.metrics()
        return metrics['strongroom_hsm_workers{state="serving",token="token"}'] == 2

    @contextmanager
    def load(self, threads=16):
        """Data keys made and decrypted by so many clients; none may fail. Gives the times at which pairs were done."""
        done, failures, slowest, stop = [], [], [0.0], threading.Event()

        def client():
            kms = self.strongroom.kms()
            while not stop.is_set():
                begun = time.monotonic()
                try:
                    made = kms.generate_data_key(KeyId=self.key, KeySpec="AES_256")
                    if kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] != made["Plaintext"]:
                        failures.append("a wrong plaintext")
                except ClientError as refusal:
                    failures.append(str(refusal))
                done.append(time.monotonic())
                slowest[0] = max(slowest[0], done[-1] - begun)

        running = [threading.Thread(target=client) for _ in range(threads)]
        for thread in running:
            thread.start()
        try:
            wait_until(lambda: len(done) > 100, "the load does not run")
            yield done
        finally:
            stop.set()
            for thread in running:
                thread.join(60)
        self.assertEqual([], failures)
        self.assertLess(slowest[0], 10, "two requests of 5 seconds at most")

    def rate(self, done, seconds=1.0):
        """Pairs a second, from now on."""
        begun, before = time.monotonic(), len(done)
        wait_until(lambda: time.monotonic() - begun >= seconds, "time does not pass")
        return (len(done) - before) / (time.monotonic() - begun)

    def assert_full_rate_again(self, done, before, since):
        """Two seconds after `since` the rate is what it was, but for what a second's rate varies by."""
        wait_until(lambda: time.monotonic() - since >= 2, "time does not pass")
        after = self.rate(done)
        print(f" {before:,.0f} pairs a second before, {after:,.0f} two seconds later ...", end=" ", file=sys.stderr)
        self.assertGreater(after, before / 2)

    def test_a_killed_worker_costs_no_request(self):
        with self.load() as done:
            before, crashed = self.rate(done), self.ended("crashed")
            os.kill(self.workers()[0], signal.SIGKILL)
            self.assert_full_rate_again(done, before, time.monotonic())
            wait_until(lambda: self.ended("crashed") == crashed + 1 and self.all_serve(), "it is not replaced", seconds=5)
        self.assertEqual((200, "ready\n"), self.strongroom.get("/readyz"))
        self.assertRegex(self.strongroom.log_text(), r"\[token\] worker \d+ \(process \d+\) ended by itself: signal 9")

    def test_a_stopped_worker_is_given_up_and_costs_no_request(self):
        with self.load() as done:
            before, hung = self.rate(done), self.ended("hung")
            victim = self.workers()[0]
            os.kill(victim, signal.SIGSTOP)
            self.assert_full_rate_again(done, before, time.monotonic())
            wait_until(lambda: self.ended("hung") == hung + 1 and self.all_serve(), "it is not replaced", seconds=5)
        wait_until(lambda: is_gone(victim), "a stopped worker is left behind")

    def test_the_service_itself_holds_no_module_and_its_workers_are_confined(self):
        maps = Path(f"/proc/{self.strongroom.process.pid}/maps").read_text()
        self.assertNotIn("softhsm", maps)
        for worker in self.workers():
            self.assertIn("softhsm", Path(f"/proc/{worker}/maps").read_text())
            status = Path(f"/proc/{worker}/status").read_text()
            for line in ("NoNewPrivs:\t1", "CapEff:\t0000000000000000", "Seccomp:\t2"):
                self.assertIn(line, status)

    def test_workers_end_with_the_service_however_it_ends(self):
        for end in (self.strongroom.kill, self.strongroom.stop):
            workers = self.workers()
            self.assertEqual(2, len(workers))
            end()
            wait_until(lambda: all(is_gone(worker) for worker in workers), "a worker outlives the service")
            self.strongroom.start()
            wait_until(lambda: len(self.workers()) == 2, "there are not two workers")

    def test_signals_to_the_whole_group_let_requests_finish(self):
        workers = self.workers()
        with self.load(4) as done:
            for worker in workers:
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    os.kill(worker, number)
            enough = len(done) + 100
            wait_until(lambda: len(done) > enough, "the load stops")
        self.assertEqual(sorted(workers), sorted(self.workers()), "a worker took a signal that was for the service")

    def test_a_refused_pin_is_told_and_mended_without_a_restart(self):
        pin = self.strongroom.state / "pins" / "user"
        right = pin.read_text()
        self.addCleanup(pin.write_text, right)
        pin.write_text("a-wrong-pin\n")
        for worker in self.workers():
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: self.strongroom.get("/readyz")[0] == 503, "/readyz calls it ready")
        wait_until(lambda: "login-refused" in self.strongroom.get("/readyz")[1], "/readyz does not say why")
        with self.assertRaises(ClientError) as refused:
            self.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256")
        self.assertGreaterEqual(refused.exception.response["ResponseMetadata"]["HTTPStatusCode"], 500)
        pin.write_text(right)
        os.kill(self.strongroom.process.pid, signal.SIGHUP)
        wait_until(lambda: self.strongroom.get("/readyz") == (200, "ready\n"), "it does not recover")
        self.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256")

    def test_a_token_that_was_away_is_served_again(self):
        tokens = self.strongroom.state / "tokens"
        away = tokens.with_name("tokens.away")
        made = self.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256")
        tokens.rename(away)
        try:
            tokens.mkdir()
            wait_until(lambda: self.strongroom.get("/readyz")[0] == 503, "/readyz calls it ready")
            with self.assertRaises(ClientError) as refused:
                self.kms.decrypt(CiphertextBlob=made["CiphertextBlob"])
            self.assertEqual("KeyUnavailableException", refused.exception.response["Error"]["Code"])
        finally:
            tokens.rmdir()
            away.rename(tokens)
        wait_until(lambda: self.strongroom.get("/readyz") == (200, "ready\n"), "it is not served again")
        self.assert_decrypts(made["CiphertextBlob"], made["Plaintext"])


if __name__ == "__main__":
    unittest.main()
