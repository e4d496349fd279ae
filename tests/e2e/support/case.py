"""The test case that all end-to-end tests are made of: one Strongroom for the tests of a class."""

import contextlib
import unittest

from botocore.exceptions import ClientError

from support.strongroom import Strongroom


class StrongroomTestCase(unittest.TestCase):
    """`strongroom` and `kms`, a boto3 client of its administrator, are there for every test."""

    program = "strongroomd"
    environment = None
    settings = ""

    @classmethod
    def setUpClass(cls):
        cls.strongroom = Strongroom(cls.program, cls.environment, cls.settings)
        cls.addClassCleanup(cls.strongroom.remove)
        cls.strongroom.start()
        cls.kms = cls.strongroom.kms()

    def create_key(self, **members):
        return self.kms.create_key(**members)["KeyMetadata"]["KeyId"]

    @contextlib.contextmanager
    def assert_refused(self, code, text=None):
        """The block fails with AWS's exception of that name, and its message holds `text`."""
        with self.assertRaises(ClientError) as caught:
            yield
        error = caught.exception.response["Error"]
        self.assertEqual(code, error["Code"], error)
        if text is not None:
            self.assertIn(text, error.get("Message", ""))

    def assert_decrypts(self, ciphertext, plaintext, context=None):
        answer = self.kms.decrypt(CiphertextBlob=ciphertext, EncryptionContext=context or {})
        self.assertEqual(plaintext, answer["Plaintext"])
