"""Faults of a token under a service that is in use: what clients are told, by when, and what /readyz and /metrics say."""

import re
import threading
import time
import unittest

from botocore.exceptions import ClientError

from support.case import StrongroomTestCase
from support.faults import MODULE, Faults
from support.strongroom import Strongroom, wait_until

CKR_GENERAL_ERROR, CKR_DEVICE_REMOVED, CKR_PIN_INCORRECT = 0x05, 0x32, 0xA0

# What AWS documents as worth another try: its SDKs repeat all of them by themselves.
RETRYABLE = {"KeyUnavailableException", "DependencyTimeoutException", "KMSInternalException"}
DEADLINE = 2.0  # seconds for a request, as configured here
SLACK = 2.0     # for TLS, Python and a busy machine


class Load:
    """Clients that decrypt over and over, each with a connection of its own, until the block ends."""

    def __init__(self, strongroom, ciphertext, plaintext, clients=8):
        self._strongroom, self._ciphertext, self._plaintext = strongroom, ciphertext, plaintext
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work) for _ in range(clients)]
        self.answers, self.errors, self.wrong, self.longest = 0, {}, [], 0.0

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        wait_until(lambda: self.answers > 20, "the load does not start")
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self):
        kms = self._strongroom.kms(repetitions=0)
        while not self._stop.is_set():
            begun = time.monotonic()
            error = None
            try:
                if kms.decrypt(CiphertextBlob=self._ciphertext)["Plaintext"] != self._plaintext:
                    self.wrong.append("another plaintext")
            except ClientError as refused:
                error = refused.response["Error"]["Code"]
            except Exception as broken:  # no answer at all
                self.wrong.append(repr(broken))
            with self._lock:
                self.longest = max(self.longest, time.monotonic() - begun)
                if error:
                    self.errors[error] = self.errors.get(error, 0) + 1
                else:
                    self.answers += 1


class FaultsTest(StrongroomTestCase):
    @classmethod
    def setUpClass(cls):
        cls.strongroom = Strongroom()
        cls.addClassCleanup(cls.strongroom.remove)
        cls.faults = Faults(cls.strongroom.folder)
        cls.strongroom.extra_environment = cls.faults.environment
        config = cls.strongroom.config.read_text()
        config = re.sub(r'^module = ".+"', f'module = "{MODULE}"', config, flags=re.MULTILINE)
        config = re.sub(r"^deadline_milliseconds = .+\n", "", config, flags=re.MULTILINE)
        config = config.replace("[token]\n", f"[token]\ndeadline_milliseconds = {int(DEADLINE * 1000)}\n", 1)
        cls.strongroom.config.write_text(config)
        cls.strongroom.start()
        cls.kms = cls.strongroom.kms()
        cls.key = cls.kms.create_key()["KeyMetadata"]["KeyId"]
        made = cls.kms.generate_data_key(KeyId=cls.key, KeySpec="AES_256")
        cls.ciphertext, cls.plaintext = made["CiphertextBlob"], made["Plaintext"]

    def setUp(self):
        self.process = self.strongroom.process.pid

    def tearDown(self):
        self.faults.end()
        wait_until(self.is_ready, "not ready after the fault")
        self.assertIsNone(self.strongroom.process.poll())
        self.assertEqual(self.process, self.strongroom.process.pid)

    def is_ready(self):
        return self.strongroom.get("/readyz")[0] == 200

    def load(self):
        return Load(self.strongroom, self.ciphertext, self.plaintext)

    def assert_well(self, load, may_fail=True):
        self.assertEqual([], load.wrong)
        self.assertLessEqual(set(load.errors), RETRYABLE if may_fail else set())
        self.assertLess(load.longest, DEADLINE + SLACK)

    def assert_serves_again(self, load, seconds=5):
        self.faults.end()
        answers = load.answers
        wait_until(lambda: load.answers > answers + 20, "no answers after the fault", seconds)

    def workers_ended(self):
        return sum(value for name, value in self.strongroom.metrics().items()
                   if name.startswith("strongroom_hsm_workers_ended_total"))

    def test_a_token_that_is_gone_is_reported_and_served_again_when_it_is_back(self):
        with self.load() as load:
            self.faults.begin("kRemoveToken", value=CKR_DEVICE_REMOVED)
            wait_until(lambda: not self.is_ready(), "/readyz does not notice")
            status, text = self.strongroom.get("/readyz")
            self.assertEqual(503, status)
            self.assertIn("token", text)
            self.assertGreater(sum(load.errors.values()), 0)
            self.assert_serves_again(load)
        self.assert_well(load)

    def test_a_token_that_fails_every_call_is_reported(self):
        with self.load() as load:
            self.faults.begin("kFail", value=CKR_GENERAL_ERROR)
            wait_until(lambda: not self.is_ready(), "/readyz does not notice")
            self.assertGreater(sum(load.errors.values()), 0)
            self.assert_serves_again(load)
        self.assert_well(load)

    def test_calls_that_hang_are_answered_by_their_deadline(self):
        with self.load() as load:
            ended = self.workers_ended()
            self.faults.begin("kHang", function="C_UnwrapKey")
            wait_until(lambda: sum(load.errors.values()) >= 8, "hanging calls are not answered")
            wait_until(lambda: self.workers_ended() > ended, "nothing hanging was given up")
            self.assert_serves_again(load)
        self.assert_well(load)

    def test_a_module_that_crashes_takes_its_own_calls_with_it(self):
        with self.load() as load:
            ended = self.workers_ended()
            self.faults.begin("kCrash", function="C_UnwrapKey", skip=50, times=1)
            wait_until(lambda: self.faults.applied() == 1, "no crash")
            wait_until(lambda: self.workers_ended() > ended, "/metrics does not count the crash")
            self.assert_serves_again(load)
        self.assert_well(load)

    def test_lost_sessions_are_none_of_the_clients_business(self):
        with self.load() as load:
            self.faults.begin("kDropSessions", function="C_UnwrapKey", skip=50, every=500, times=3)
            wait_until(lambda: self.faults.applied() > 0, "no fault")
            self.assert_serves_again(load)
        self.assert_well(load)

    def test_when_the_pin_is_refused_it_is_given_once(self):
        """Last by its name: it takes an administrator to mend this, and none comes."""
        with self.load() as load:
            logins = self.faults.calls("C_Login")
            self.faults.begin("kFail", function="C_Login", value=CKR_PIN_INCORRECT)
            self.faults.begin("kDropSessions", function="C_UnwrapKey", times=1)
            wait_until(lambda: self.faults.calls("C_Login") > logins, "no login")
            self.assert_serves_again(load)
            self.assertEqual(logins + 1, self.faults.calls("C_Login"))
        self.assert_well(load)


if __name__ == "__main__":
    unittest.main()
