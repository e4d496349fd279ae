"""The session of the README, by Debian's AWS CLI: what an administrator types, with what comes back."""

import base64
import json
import subprocess
import unittest

from support.case import StrongroomTestCase
from support.raw import RawClient

AWS = "/usr/bin/aws"  # Debian's; another of that name may come first in PATH
CONTEXT = "bucket=photos,object=cat.jpg"


class AwsCliTest(StrongroomTestCase):
    def run_aws(self, *arguments):
        return subprocess.run([AWS, "--endpoint-url", self.strongroom.endpoint, "--output", "json", "kms", *arguments],
                              env=self.strongroom.environment(), capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)

    def aws(self, *arguments):
        result = self.run_aws(*arguments)
        self.assertEqual(0, result.returncode, result.stderr)
        return json.loads(result.stdout) if result.stdout.strip() else None

    def assert_aws_refuses(self, code, *arguments):
        result = self.run_aws(*arguments)
        self.assertNotEqual(0, result.returncode, result.stdout)
        self.assertIn(f"({code})", result.stderr)

    def make_key(self):
        return self.aws("create-key", "--description", "made by the CLI")["KeyMetadata"]["KeyId"]

    def data_key(self, key):
        return self.aws("generate-data-key", "--key-id", key, "--key-spec", "AES_256", "--encryption-context", CONTEXT)

    def decrypt(self, blob, context=CONTEXT):
        return self.aws("decrypt", "--ciphertext-blob", blob, "--encryption-context", context)["Plaintext"]

    def test_a_data_key_comes_back_with_its_context_and_only_with_it(self):
        key = self.make_key()
        self.aws("create-alias", "--alias-name", "alias/photos", "--target-key-id", key)
        data_key = self.data_key("alias/photos")
        self.assertEqual(32, len(base64.b64decode(data_key["Plaintext"])))
        self.assertLess(len(base64.b64decode(data_key["CiphertextBlob"])), 120)
        self.assertTrue(data_key["KeyId"].endswith(f"key/{key}"))

        self.assertEqual(data_key["Plaintext"], self.decrypt(data_key["CiphertextBlob"]))
        self.assert_aws_refuses("InvalidCiphertextException", "decrypt", "--ciphertext-blob", data_key["CiphertextBlob"],
                                "--encryption-context", "bucket=photos,object=dog.jpg")
        self.assert_aws_refuses("InvalidCiphertextException", "decrypt", "--ciphertext-blob", data_key["CiphertextBlob"])

    def test_everything_still_decrypts_after_a_restart(self):
        key = self.make_key()
        self.aws("create-alias", "--alias-name", "alias/kept", "--target-key-id", key)
        data_key = self.data_key(key)
        message = base64.b64encode(b"attack at dawn").decode()
        encrypted = self.aws("encrypt", "--key-id", "alias/kept", "--plaintext", message)["CiphertextBlob"]

        self.strongroom.restart()

        self.assertEqual(data_key["Plaintext"], self.decrypt(data_key["CiphertextBlob"]))
        self.assertEqual(message, self.aws("decrypt", "--ciphertext-blob", encrypted)["Plaintext"])
        self.assertEqual(key, self.aws("describe-key", "--key-id", "alias/kept")["KeyMetadata"]["KeyId"])

    def test_old_and_new_ciphertexts_decrypt_after_a_rotation(self):
        key = self.make_key()
        old = self.data_key(key)
        # This CLI is older than RotateKeyOnDemand.
        self.assertEqual(200, RawClient(self.strongroom).call("RotateKeyOnDemand", {"KeyId": key}).status)
        new = self.data_key(key)
        for _ in range(2):
            for made in (old, new):
                self.assertEqual(made["Plaintext"], self.decrypt(made["CiphertextBlob"]))
            self.strongroom.restart()

    def test_tags_policy_and_description_are_kept(self):
        key = self.make_key()
        self.aws("tag-resource", "--key-id", key, "--tags", "TagKey=team,TagValue=storage", "TagKey=tier,TagValue=gold")
        self.aws("untag-resource", "--key-id", key, "--tag-keys", "tier")
        self.assertEqual([{"TagKey": "team", "TagValue": "storage"}],
                         self.aws("list-resource-tags", "--key-id", key)["Tags"])

        policy = json.loads(self.aws("get-key-policy", "--key-id", key, "--policy-name", "default")["Policy"])
        policy["Id"] = "ours"
        self.aws("put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", json.dumps(policy))
        kept = self.aws("get-key-policy", "--key-id", key, "--policy-name", "default")["Policy"]
        self.assertEqual(policy, json.loads(kept))
        self.assertEqual(["default"], self.aws("list-key-policies", "--key-id", key)["PolicyNames"])

        self.aws("update-key-description", "--key-id", key, "--description", "renamed")
        self.assertEqual("renamed", self.aws("describe-key", "--key-id", key)["KeyMetadata"]["Description"])

    def test_lists_are_paged_and_complete(self):
        made = {self.make_key() for _ in range(7)}
        listed = self.aws("list-keys", "--page-size", "3")["Keys"]
        ids = [entry["KeyId"] for entry in listed]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertLessEqual(made, set(ids))

    def test_a_scheduled_deletion_stops_use_and_can_be_cancelled(self):
        key = self.make_key()
        data_key = self.data_key(key)
        scheduled = self.aws("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")
        self.assertEqual("PendingDeletion", scheduled["KeyState"])
        self.assert_aws_refuses("KMSInvalidStateException", "decrypt", "--ciphertext-blob", data_key["CiphertextBlob"],
                                "--encryption-context", CONTEXT)
        self.aws("cancel-key-deletion", "--key-id", key)
        self.assert_aws_refuses("DisabledException", "decrypt", "--ciphertext-blob", data_key["CiphertextBlob"],
                                "--encryption-context", CONTEXT)
        self.aws("enable-key", "--key-id", key)
        self.assertEqual(data_key["Plaintext"], self.decrypt(data_key["CiphertextBlob"]))

    def test_yearly_rotation_is_switched_on_and_off(self):
        key = self.make_key()
        self.assertFalse(self.aws("get-key-rotation-status", "--key-id", key)["KeyRotationEnabled"])
        self.aws("enable-key-rotation", "--key-id", key)
        self.assertTrue(self.aws("get-key-rotation-status", "--key-id", key)["KeyRotationEnabled"])
        self.aws("disable-key-rotation", "--key-id", key)
        self.assertFalse(self.aws("get-key-rotation-status", "--key-id", key)["KeyRotationEnabled"])

    def test_random_bytes_come_as_many_as_asked_for(self):
        self.assertEqual(24, len(base64.b64decode(self.aws("generate-random", "--number-of-bytes", "24")["Plaintext"])))


if __name__ == "__main__":
    unittest.main()
