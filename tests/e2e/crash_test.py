"""kill -9 at every step of a key's making, rotation and destruction: afterwards the service starts, reports, works."""

import random
import signal
import threading
import unittest
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from support.raw import RawClient
from support.strongroom import wait_until
from support.token import Token
from support.under_test import StrongroomUnderTest


class CrashTest(unittest.TestCase):
    def setUp(self):
        self.strongroom = StrongroomUnderTest()
        self.addCleanup(self.strongroom.remove)
        self.strongroom.start()
        self.kms = self.strongroom.kms()
        self.raw = RawClient(self.strongroom)
        self.token = Token(self.strongroom)
        self.kept = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.blob = self.kms.encrypt(KeyId=self.kept, Plaintext=b"kept")["CiphertextBlob"]

    def visible_keys(self):
        return {k["KeyId"] for k in self.kms.get_paginator("list_keys").paginate().build_full_result()["Keys"]}

    def numbered(self, steps):
        """["a", "b", "b"] as ["a", "b", "b#2"], the way crash_at() names them."""
        return [name if (n := steps[:i + 1].count(name)) == 1 else f"{name}#{n}" for i, name in enumerate(steps)]

    def steps_of(self, action):
        """The steps that an undisturbed run of the action passes, by name."""
        self.strongroom.steps()
        action()
        steps = self.numbered(self.strongroom.steps())
        self.assertGreaterEqual(len(steps), 3, steps)
        return steps

    def die_in(self, action, step):
        """Starts anew such that the action kills the service at that step, runs it, and starts again unharmed."""
        self.strongroom.crash_at(step)
        self.strongroom.restart()
        with self.assertRaises((BotoCoreError, ClientError, OSError), msg=f"nothing died at {step}"):
            action()
        self.assertEqual(-signal.SIGKILL, self.strongroom.wait_for_end())
        self.strongroom.crash_at(None)
        log = len(self.strongroom.log_text())
        self.strongroom.start()
        return self.strongroom.log_text()[log:]

    def assert_sound(self):
        """Every visible key has its objects and works; what was there before the crash still decrypts; keys can be made."""
        objects = self.token.cmks()
        for key in self.visible_keys():
            current = self.kms.describe_key(KeyId=key)["KeyMetadata"]
            self.assertTrue(any(name[0] == key for name in objects), f"{key} has no object in the token")
            if current["KeyState"] == "Enabled":
                made = self.kms.generate_data_key(KeyId=key, KeySpec="AES_256")
                self.assertEqual(made["Plaintext"], self.kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"])
        self.assertEqual(b"kept", self.kms.decrypt(CiphertextBlob=self.blob)["Plaintext"])
        self.kms.create_key()

    def test_a_crash_at_any_step_of_create_key_leaves_no_visible_key_without_object(self):
        steps = self.steps_of(self.kms.create_key)
        for step in steps:
            with self.subTest(step):
                before, objects = self.visible_keys(), set(self.token.cmks())
                said = self.die_in(self.kms.create_key, step)
                new, left = self.visible_keys() - before, set(self.token.cmks()) - objects
                if step == steps[-1]:
                    self.assertEqual(1, len(new))  # visible, though nobody was told
                else:
                    self.assertEqual(set(), new)
                    self.assertRegex(said, r"leftover: .* was begun and never finished")
                self.assertEqual(0 if step == steps[0] else 1, len(left), "a leftover is kept, never deleted by itself")
                self.assert_sound()

    def test_a_crash_at_any_step_of_a_rotation_leaves_the_key_working(self):
        def rotate():
            answer = self.raw.call("RotateKeyOnDemand", {"KeyId": key})
            self.assertEqual(200, answer.status, answer)

        key = self.kms.create_key()["KeyMetadata"]["KeyId"]
        blobs = []
        for step in self.steps_of(rotate):
            with self.subTest(step):
                plaintext = f"before {step}".encode()
                blobs.append((self.kms.encrypt(KeyId=key, Plaintext=plaintext)["CiphertextBlob"], plaintext))
                self.die_in(rotate, step)
                rotate()  # the number that the dead one took is passed over
                for blob, plaintext in blobs:
                    self.assertEqual(plaintext, self.kms.decrypt(CiphertextBlob=blob)["Plaintext"])
                self.assert_sound()

    def test_a_crash_at_any_step_of_a_destruction_is_finished_at_the_next_start(self):
        def doomed_key():
            key = self.kms.create_key()["KeyMetadata"]["KeyId"]
            self.raw.call("RotateKeyOnDemand", {"KeyId": key})
            self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
            return key

        def destroy(key):
            # A minute more: the calendar must pass the date, however many deletions came before.
            self.strongroom.advance(timedelta(days=7, minutes=1))
            wait_until(lambda: key not in self.visible_keys(), f"{key} is not destroyed")
            wait_until(lambda: "record forgotten" in (passed := passed_steps(passed_so_far)), "its record is not forgotten")

        passed_so_far = []

        def passed_steps(so_far):
            so_far += self.strongroom.steps()
            return so_far

        first = doomed_key()
        self.strongroom.steps()
        destroy(first)
        steps = self.numbered(passed_so_far)
        self.assertIn("object destroyed#2", steps)
        for step in steps:
            with self.subTest(step):
                key = doomed_key()
                self.strongroom.crash_at(step)
                self.strongroom.restart()
                self.strongroom.advance(timedelta(days=7, minutes=1))
                self.assertEqual(-signal.SIGKILL, self.strongroom.wait_for_end())
                self.strongroom.crash_at(None)
                self.strongroom.start()
                wait_until(lambda: not any(name[0] == key for name in self.token.cmks()), f"objects of {key} are left")
                self.assertNotIn(key, self.visible_keys())
                self.assert_sound()

    def test_crashes_at_random_moments_under_load_lose_no_acknowledged_key(self):
        acknowledged, refusals = [], []
        chance = random.Random(20261)
        for _ in range(8):
            def create():
                while True:
                    try:
                        key = self.kms.create_key()["KeyMetadata"]["KeyId"]
                        made = self.kms.generate_data_key(KeyId=key, KeySpec="AES_256")
                    except BotoCoreError:
                        return  # killed: no answer came
                    except ClientError as refusal:
                        refusals.append(str(refusal))
                        return
                    acknowledged.append((made["CiphertextBlob"], made["Plaintext"]))

            enough = len(acknowledged) + chance.randint(1, 15)
            threads = [threading.Thread(target=create) for _ in range(3)]
            for thread in threads:
                thread.start()
            wait_until(lambda: len(acknowledged) >= enough, "no keys are made")
            self.strongroom.kill()
            for thread in threads:
                thread.join(60)
            self.strongroom.start()
            self.assertEqual(b"kept", self.kms.decrypt(CiphertextBlob=self.blob)["Plaintext"])
        self.assertEqual([], refusals, "a service that works refuses no key")
        self.assertGreater(len(acknowledged), 8)
        for blob, plaintext in acknowledged:
            self.assertEqual(plaintext, self.kms.decrypt(CiphertextBlob=blob)["Plaintext"])
        self.assert_sound()

    def test_objects_that_a_killed_module_left_half_made_are_passed_over(self):
        self.die_in(self.kms.create_key, "object generated")
        self.strongroom.kill()
        whole = max(self.object_files(), key=lambda file: file.stat().st_mtime)  # the object that no record names
        content = whole.read_bytes()
        for length in range(0, len(content), 3):
            name = f"00000000-0000-0000-0000-{length:012}"
            whole.with_name(f"{name}.object").write_bytes(content[:length])
            whole.with_name(f"{name}.lock").touch()
        half_made = [entry for entry in self.token.objects() if entry["VALUE_LEN"] is None or entry["LABEL"] is None]
        self.assertTrue(half_made, "SoftHSM shows none of them")
        self.strongroom.start()
        self.assert_sound()

    def object_files(self):
        """SoftHSM's files of the token's objects."""
        return [f for f in (self.strongroom.state / "tokens").rglob("*.object") if f.name != "token.object"]


if __name__ == "__main__":
    unittest.main()
