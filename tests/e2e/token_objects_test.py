"""What the token holds: every CMK sensitive, never extractable, of one use; as many objects as key versions."""

import re
import unittest

from support.case import StrongroomTestCase
from support.raw import RawClient
from support.token import Token

CMK = {"CLASS": "CKO_SECRET_KEY", "KEY_TYPE": "CKK_AES", "VALUE_LEN": 32, "VALUE": False,
       "TOKEN": True, "PRIVATE": True, "SENSITIVE": True, "ALWAYS_SENSITIVE": True, "EXTRACTABLE": False,
       "NEVER_EXTRACTABLE": True, "LOCAL": True, "MODIFIABLE": False, "WRAP": True, "UNWRAP": True,
       "ENCRYPT": False, "DECRYPT": False, "SIGN": False, "VERIFY": False, "DERIVE": False}
BINDING_KEY = CMK | {"KEY_TYPE": "CKK_GENERIC_SECRET", "WRAP": False, "UNWRAP": False, "SIGN": True, "VERIFY": True}


class TokenObjectsTest(StrongroomTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        raw = RawClient(cls.strongroom)
        keys = [cls.kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(3)]
        for _ in range(2):
            assert raw.call("RotateKeyOnDemand", {"KeyId": keys[0]}).status == 200
        cls.versions = {(keys[0], 1), (keys[0], 2), (keys[0], 3), (keys[1], 1), (keys[2], 1)}
        # Use leaves nothing behind: data keys are session objects.
        for key in keys:
            blob = cls.kms.generate_data_key(KeyId=key, KeySpec="AES_256")["CiphertextBlob"]
            cls.kms.decrypt(CiphertextBlob=blob)
            cls.kms.encrypt(KeyId=key, Plaintext=b"message")
        cls.token = Token(cls.strongroom)

    def test_the_token_holds_every_version_and_the_binding_key_and_nothing_else(self):
        self.assertEqual(self.versions, set(self.token.cmks()))
        self.assertEqual(len(self.versions) + 1, len(self.token.objects()))

    def test_every_cmk_is_what_was_promised(self):
        for name, attributes in self.token.cmks().items():
            with self.subTest(name):
                self.assertEqual(CMK, {k: attributes[k] for k in CMK})
                self.assertEqual(name[0].replace("-", "") + f"{name[1]:08x}", attributes["ID"])

    def test_the_binding_key_signs_and_does_nothing_else(self):
        binding, = (o for o in self.token.objects() if o["LABEL"] == "strongroom/binding-key")
        self.assertEqual(BINDING_KEY, {k: binding[k] for k in BINDING_KEY})

    def test_pkcs11_tool_sees_the_same(self):
        listing = self.token.pkcs11_tool("--list-objects", "--type", "secrkey")
        objects = re.split(r"^Secret Key Object;", listing, flags=re.MULTILINE)[1:]
        cmks = [o for o in objects if re.search(r"label: +strongroom/[0-9a-f-]{36}/\d+$", o, re.MULTILINE)]
        self.assertEqual((len(self.versions), len(self.versions) + 1), (len(cmks), len(objects)))
        for entry in cmks:
            self.assertIn("AES length 32", entry.splitlines()[0])
            self.assertRegex(entry, r"(?m)^ +Usage: +wrap, unwrap$")
            self.assertRegex(entry, r"(?m)^ +Access: +sensitive, always sensitive, never extract(ed|able), local$")


if __name__ == "__main__":
    unittest.main()
