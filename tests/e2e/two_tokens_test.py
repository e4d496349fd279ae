"""A service with two tokens: which one gets new keys, what a lost one takes with it, and how it comes back."""

import contextlib
import os
import re
import signal
import threading
import unittest

from botocore.exceptions import ClientError

from support.case import StrongroomTestCase
from support.raw import RawClient
from support.strongroom import Strongroom, wait_until
from support.token import Token


class TwoTokensTest(StrongroomTestCase):
    """Every test begins with both tokens there and new keys going to the first."""

    @classmethod
    def setUpClass(cls):
        cls.strongroom = Strongroom()
        cls.addClassCleanup(cls.strongroom.remove)
        cls.pin = cls.strongroom.state / "pins" / "second"
        (first,) = (cls.strongroom.state / "tokens").iterdir()
        cls.folders = {"first": first, "second": cls.make_second_token()}
        cls.kms = cls.strongroom.kms()
        cls.one_token = cls.strongroom.config.read_text()
        cls.key_of = {}
        for where in ("first", "second"):
            cls.start_with(new_keys_in=where)
            cls.key_of[where] = cls.kms.create_key()["KeyMetadata"]["KeyId"]
            cls.strongroom.stop()

    @classmethod
    def make_second_token(cls):
        """Returns SoftHSM's folder of it."""
        pins, tokens = cls.strongroom.state / "pins", cls.strongroom.state / "tokens"
        before = set(tokens.iterdir())
        cls.pin.write_text("the-second-pin\n")
        cls.pin.chmod(0o600)
        cls.strongroom.tool("token", "init", "--module", cls.module(), "--label", "second",
                            "--so-pin-file", str(pins / "so"), "--pin-file", str(cls.pin))
        (made,) = set(tokens.iterdir()) - before
        return made

    @classmethod
    def module(cls):
        return re.search(r'^module = "(.+)"', cls.strongroom.config.read_text(), re.MULTILINE)[1]

    @classmethod
    def configure(cls, new_keys_in="first"):
        cls.strongroom.config.write_text(cls.one_token + f"""
[token.second]
module = "{cls.module()}"
label = "second"
pin_file = "pins/second"
new_keys = {"true" if new_keys_in == "second" else "false"}
""")

    @classmethod
    def start_with(cls, new_keys_in="first"):
        cls.configure(new_keys_in)
        cls.strongroom.start()

    def setUp(self):
        self.configure()
        self.logged = len(self.strongroom.log_text())

    def tearDown(self):
        if self.strongroom.process is not None:
            self.strongroom.stop()
        for where in self.folders:
            if self.parked(where).exists():
                self.bring_back(where)

    def parked(self, where):
        return self.strongroom.state / f"parked-{where}"

    def lose(self, where):
        self.folders[where].rename(self.parked(where))

    def bring_back(self, where):
        self.parked(where).rename(self.folders[where])

    def new_log(self):
        return self.strongroom.log_text()[self.logged:]

    def use(self, where, kms=None):
        """A data key of the key that lives in that token, made and decrypted again."""
        kms = kms or self.kms
        made = kms.generate_data_key(KeyId=self.key_of[where], KeySpec="AES_256")
        self.assertEqual(made["Plaintext"], kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"])

    def works(self, where):
        try:
            self.use(where)
        except ClientError as error:
            # A storage server's client repeats what is answered 5xx.
            self.assertGreaterEqual(error.response["ResponseMetadata"]["HTTPStatusCode"], 500, error)
            return False
        return True

    @contextlib.contextmanager
    def load_on(self, where):
        """Uses the key in that token without a pause; every answer must be right. Gives the list that grows by each."""
        served, failures, stop = [], [], threading.Event()

        def load():
            try:
                while not stop.is_set():
                    self.use(where)
                    served.append(where)
            except Exception as error:  # of this thread, shown below
                failures.append(error)

        thread = threading.Thread(target=load)
        thread.start()
        try:
            yield served
        finally:
            stop.set()
            thread.join(60)
        self.assertEqual([], failures)

    def assert_second_is_lost(self):
        with self.assert_refused("KeyUnavailableException"):
            self.use("second")
        status, text = self.strongroom.get("/readyz")
        self.assertEqual(200, status)
        self.assertRegex(text, r"\Aready in part\ntoken\.second: [a-z-]+ since \d+ s\n\Z")
        answers = self.strongroom.metrics()
        self.assertEqual(1, answers['strongroom_token_answers{token="token"}'])
        self.assertEqual(0, answers['strongroom_token_answers{token="token.second"}'])
        self.use("first")

    def assert_all_is_well(self):
        self.assertEqual((200, "ready\n"), self.strongroom.get("/readyz"))
        self.use("first")
        self.use("second")

    def wait_until_all_is_well(self):
        """No restart: the service is to take the token back by itself."""
        wait_until(lambda: self.works("first") and self.works("second"), "a token is not served again")
        wait_until(lambda: self.strongroom.get("/readyz") == (200, "ready\n"), "/readyz does not recover")
        self.assert_all_is_well()

    def cmks_of(self, label, pin):
        return {key for key, _ in Token(self.strongroom, label, pin.read_text().strip()).cmks()}

    def test_each_key_is_in_the_token_that_took_new_keys_and_both_are_served(self):
        self.start_with(new_keys_in="first")
        self.assert_all_is_well()
        self.strongroom.stop()
        first = self.cmks_of("strongroom", self.strongroom.state / "pins" / "user")
        second = self.cmks_of("second", self.pin)
        self.assertIn(self.key_of["first"], first - second)
        self.assertIn(self.key_of["second"], second - first)

    def test_rotation_moves_a_keys_future_to_the_other_token(self):
        self.start_with(new_keys_in="first")
        key = self.create_key()
        old = self.kms.generate_data_key(KeyId=key, KeySpec="AES_256")
        self.strongroom.stop()
        self.start_with(new_keys_in="second")
        # Debian's boto3 does not know this operation yet.
        self.assertEqual(200, RawClient(self.strongroom).call("RotateKeyOnDemand", {"KeyId": key}).status)
        new = self.kms.generate_data_key(KeyId=key, KeySpec="AES_256")
        for made in (old, new):
            self.assert_decrypts(made["CiphertextBlob"], made["Plaintext"])
        self.strongroom.stop()
        self.lose("second")
        self.start_with(new_keys_in="second")
        self.assert_decrypts(old["CiphertextBlob"], old["Plaintext"])
        with self.assert_refused("KeyUnavailableException"):
            self.kms.decrypt(CiphertextBlob=new["CiphertextBlob"])
        with self.assert_refused("KeyUnavailableException"):
            self.create_key()

    def test_the_service_starts_without_a_further_token(self):
        self.lose("second")
        self.start_with()
        self.assert_second_is_lost()
        self.assertIn("[token.second] the token cannot be opened", self.new_log())
        self.assertIn(self.key_of["second"], self.new_log(), "the log does not say which keys are out of reach")
        self.create_key()
        self.kms.generate_random(NumberOfBytes=16)
        self.bring_back("second")
        self.wait_until_all_is_well()

    def test_a_token_that_is_lost_under_load_takes_its_own_keys_alone(self):
        self.start_with()
        self.assert_all_is_well()
        with self.load_on("first") as served:
            self.lose("second")
            wait_until(lambda: "token.second" in self.strongroom.get("/readyz")[1], "the loss is not seen")
            self.assert_second_is_lost()
            before = len(served)
            wait_until(lambda: len(served) > before + 50, "the keys of the first token are not served")
            self.bring_back("second")
            self.wait_until_all_is_well()

    def test_the_loss_of_the_first_token_takes_no_access_key_that_was_there_at_the_start(self):
        never_used = self.strongroom.kms(self.strongroom.add_identity("quiet", "user"))
        self.start_with(new_keys_in="second")
        self.lose("first")
        wait_until(lambda: not self.works("first"), "the loss is not seen")
        self.use("second", never_used)
        self.create_key()
        wait_until(lambda: "\ntoken: " in self.strongroom.get("/readyz")[1], "/readyz does not say it")
        self.assertEqual(200, self.strongroom.get("/readyz")[0])
        self.lose("second")
        wait_until(lambda: self.strongroom.get("/readyz")[0] == 503, "ready without any token")
        self.bring_back("first")
        self.bring_back("second")
        self.wait_until_all_is_well()

    def test_a_refused_pin_is_tried_once_and_again_after_a_hangup(self):
        right = self.pin.read_text()
        self.pin.write_text("a-wrong-pin\n")
        self.addCleanup(self.pin.write_text, right)
        self.start_with()
        self.assert_second_is_lost()
        self.assertIn("token.second: login-refused", self.strongroom.get("/readyz")[1])
        self.pin.write_text(right)
        self.assertEqual(1, self.new_log().count("[token.second] the token cannot be opened: C_Login"))
        self.assertIn("[token.second] no PIN is given to the token again", self.new_log())
        os.kill(self.strongroom.process.pid, signal.SIGHUP)
        self.wait_until_all_is_well()

    def test_a_token_whose_table_was_taken_away_is_named_with_its_keys(self):
        self.strongroom.config.write_text(self.one_token)
        self.strongroom.start()
        self.assertRegex(self.new_log(), "out of reach: the token 'second'.*" + self.key_of["second"])
        self.assertGreaterEqual(self.strongroom.metrics()['strongroom_leftovers{kind="out-of-reach"}'], 1)
        with self.assert_refused("KeyUnavailableException"):
            self.use("second")
        self.use("first")

    def test_the_first_token_cannot_be_exchanged_for_another(self):
        swapped = self.one_token.replace('label = "strongroom"', 'label = "second"').replace("pins/user", "pins/second")
        self.strongroom.config.write_text(swapped)
        self.strongroom.launch()
        self.assertEqual(78, self.strongroom.wait_for_end())
        self.assertIn("belongs to another token", self.new_log())


if __name__ == "__main__":
    unittest.main()
