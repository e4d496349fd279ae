"""Scheduled rotation and deletion really happen when they are due, and not before; the token shows it."""

import base64
import unittest
from datetime import timedelta

from support.raw import RawClient
from support.strongroom import wait_until
from support.token import Token
from support.under_test import StrongroomUnderTest

MARGIN = timedelta(minutes=1)  # past the date, by more than a test takes


class ScheduleTest(unittest.TestCase):
    """"Not before" is seen by a second key, due later, that is untouched by the turn that saw to the first."""

    def setUp(self):
        self.strongroom = StrongroomUnderTest()
        self.addCleanup(self.strongroom.remove)
        self.strongroom.start()
        self.raw = RawClient(self.strongroom)
        self.token = Token(self.strongroom)

    def call(self, operation, **members):
        answer = self.raw.call(operation, members)
        self.assertEqual(200, answer.status, answer)
        return answer.json() if answer.body else None

    def create_key(self):
        return self.call("CreateKey")["KeyMetadata"]["KeyId"]

    def encrypt(self, key, text):
        return self.call("Encrypt", KeyId=key, Plaintext=base64.b64encode(text).decode())["CiphertextBlob"]

    def assert_decrypts(self, blob, text):
        self.assertEqual(text, base64.b64decode(self.call("Decrypt", CiphertextBlob=blob)["Plaintext"]))

    def rotations(self, key):
        return self.call("ListKeyRotations", KeyId=key)["Rotations"]

    def versions(self, key):
        return sorted(version for owner, version in self.token.cmks() if owner == key)

    def test_a_rotation_happens_when_due_and_again_a_period_later(self):
        key, later = self.create_key(), self.create_key()
        old = self.encrypt(key, b"old")
        self.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
        self.call("EnableKeyRotation", KeyId=later, RotationPeriodInDays=91)
        first_due = self.call("GetKeyRotationStatus", KeyId=key)["NextRotationDate"]

        self.strongroom.advance(timedelta(days=90) + MARGIN)
        rotation, = wait_until(lambda: self.rotations(key), "no rotation")
        self.assertEqual("AUTOMATIC", rotation["RotationType"])
        self.assertEqual([], self.rotations(later))
        self.assertEqual([1, 2], self.versions(key))
        self.assertEqual([1], self.versions(later))
        self.assertGreaterEqual(self.call("GetKeyRotationStatus", KeyId=key)["NextRotationDate"], first_due + 90 * 86400)

        new = self.encrypt(key, b"new")
        self.assert_decrypts(old, b"old")
        self.assert_decrypts(new, b"new")
        self.strongroom.advance(timedelta(days=90))
        wait_until(lambda: len(self.rotations(key)) == 2, "no second rotation")
        self.assertEqual([1, 2, 3], self.versions(key))
        self.strongroom.restart()
        self.assert_decrypts(old, b"old")
        self.assert_decrypts(new, b"new")

    def test_a_rotation_switched_off_or_of_a_disabled_key_does_not_happen(self):
        off, disabled, due = self.create_key(), self.create_key(), self.create_key()
        for key in (off, disabled, due):
            self.call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
        self.call("DisableKeyRotation", KeyId=off)
        self.call("DisableKey", KeyId=disabled)
        self.strongroom.advance(timedelta(days=90) + MARGIN)
        wait_until(lambda: self.rotations(due), "no rotation")
        self.assertEqual([[1], [1]], [self.versions(off), self.versions(disabled)])

    def test_a_deletion_destroys_every_version_when_due_and_says_so(self):
        key, later, kept = self.create_key(), self.create_key(), self.create_key()
        self.call("RotateKeyOnDemand", KeyId=key)
        self.call("CreateAlias", AliasName="alias/doomed", TargetKeyId=key)
        blob, kept_blob = self.encrypt(key, b"lost"), self.encrypt(kept, b"kept")
        self.assertEqual([1, 2], self.versions(key))
        self.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
        self.call("ScheduleKeyDeletion", KeyId=later, PendingWindowInDays=8)

        self.strongroom.advance(timedelta(days=7) + MARGIN)
        wait_until(lambda: self.raw.call("DescribeKey", {"KeyId": key}).error == "NotFoundException", "the key is still there")
        wait_until(lambda: not self.versions(key), "its objects are still in the token")
        self.assertEqual([[1], [1]], [self.versions(later), self.versions(kept)])
        self.assertEqual("PendingDeletion", self.call("DescribeKey", KeyId=later)["KeyMetadata"]["KeyState"])

        self.assertEqual("NotFoundException", self.raw.call("DescribeKey", {"KeyId": "alias/doomed"}).error)
        self.assertNotEqual(200, self.raw.call("Decrypt", {"CiphertextBlob": blob}).status)
        self.assert_decrypts(kept_blob, b"kept")
        for version in (1, 2):
            said = f"destroyed version {version} of key {key} in the token"
            wait_until(lambda: said in self.strongroom.log_text(), f"the log does not say: {said}")

    def test_a_deletion_due_while_stopped_happens_at_the_next_start(self):
        key = self.create_key()
        self.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
        self.assertEqual(0, self.strongroom.stop())
        self.strongroom.advance(timedelta(days=7) + MARGIN)
        self.strongroom.start()
        wait_until(lambda: not self.versions(key), "its object is still in the token")


if __name__ == "__main__":
    unittest.main()
