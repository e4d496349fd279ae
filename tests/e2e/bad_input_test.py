"""What a hostile or confused client sends: AWS's own exception, no HSM call for a bad ciphertext, nothing changed."""

import base64
import json
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from unittest import mock

from support.case import StrongroomTestCase
from support.raw import RawClient
from support.strongroom import wait_until

CONTEXT = {"bucket": "photos"}


def encoded(data):
    return base64.b64encode(data).decode()


class BadInputTest(StrongroomTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = RawClient(cls.strongroom)
        cls.key = cls.kms.create_key(Description="target")["KeyMetadata"]["KeyId"]
        cls.kms.create_alias(AliasName="alias/target", TargetKeyId=cls.key)
        cls.data_key = cls.kms.generate_data_key(KeyId=cls.key, KeySpec="AES_256", EncryptionContext=CONTEXT)
        cls.blob = cls.data_key["CiphertextBlob"]
        cls.message = cls.kms.encrypt(KeyId=cls.key, Plaintext=b"message")["CiphertextBlob"]

    def state(self):
        """Everything that a refused request might have changed."""
        keys = self.kms.get_paginator("list_keys").paginate().build_full_result()["Keys"]
        return {
            "keys": [self.kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"] for k in keys],
            "aliases": self.kms.get_paginator("list_aliases").paginate().build_full_result()["Aliases"],
            "tags": self.kms.list_resource_tags(KeyId=self.key)["Tags"],
            "policy": self.kms.get_key_policy(KeyId=self.key, PolicyName="default")["Policy"],
        }

    def setUp(self):
        self.before = self.state()

    def tearDown(self):
        self.assertEqual(self.before, self.state())
        self.assertEqual(200, self.strongroom.get("/readyz")[0])

    def assert_error(self, error, answer, status=400):
        self.assertEqual((status, error), (answer.status, answer.error), answer)
        self.assertTrue(answer.headers.get("x-amzn-RequestId"), "an answer without a request id")

    # --- identifiers

    def test_unknown_keys_are_not_found(self):
        unknown = str(uuid.uuid4())
        arn = f"arn:aws:kms:us-east-1:000000000000:key/{unknown}"
        for key in (unknown, arn, "alias/unknown", "arn:aws:kms:us-east-1:000000000000:alias/unknown", "no-such-form"):
            for operation in ("DescribeKey", "GenerateDataKey", "Encrypt"):
                with self.subTest(key=key, operation=operation):
                    members = {"KeyId": key}
                    members |= {"KeySpec": "AES_256"} if operation == "GenerateDataKey" else {}
                    members |= {"Plaintext": encoded(b"x")} if operation == "Encrypt" else {}
                    self.assert_error("NotFoundException", self.raw.call(operation, members))

    def test_malformed_arns_are_named_so(self):
        for arn in ("arn:aws:kms", "arn:aws:kms:us-east-1", "arn:aws:s3:::bucket", "arn:aws:kms:us-east-1:000000000000:key",
                    "arn:aws:kms:us-east-1:000000000000:door/1"):
            with self.subTest(arn):
                self.assert_error("InvalidArnException", self.raw.call("EnableKey", {"KeyId": arn}))

    def test_an_overlong_key_id_is_refused(self):
        self.assert_error("ValidationException", self.raw.call("DescribeKey", {"KeyId": "a" * 2049}))
        self.assert_error("ValidationException", self.raw.call("DescribeKey", {"KeyId": ""}))

    # --- plaintexts

    def test_plaintexts_are_one_to_4096_bytes(self):
        self.assertEqual(200, self.raw.call("Encrypt", {"KeyId": self.key, "Plaintext": encoded(bytes(4096))}).status)
        for size in (0, 4097, 1 << 16):
            with self.subTest(size):
                self.assert_error("ValidationException",
                                  self.raw.call("Encrypt", {"KeyId": self.key, "Plaintext": encoded(bytes(size))}))

    def test_blobs_are_strict_base64(self):
        for text in ("%%%%", "AAA", "AA==AA==", "A A A", "AAAA\n"):
            with self.subTest(text):
                answer = self.raw.call("Encrypt", {"KeyId": self.key, "Plaintext": text})
                self.assert_error("SerializationException", answer)

    # --- ciphertexts: none of these may reach the token

    def unwraps(self):
        """C_UnwrapKey calls made for requests. The readiness probe, which goes on meanwhile, wraps as often as it unwraps;
        a Decrypt only unwraps. A reading in the middle of a probe is taken again."""
        def even():
            calls = self.strongroom.hsm_calls()
            again = self.strongroom.hsm_calls()
            return calls if calls["C_UnwrapKey"] - calls["C_WrapKey"] == again["C_UnwrapKey"] - again["C_WrapKey"] else None
        calls = wait_until(even, "the counters do not come to rest")
        return calls["C_UnwrapKey"] - calls["C_WrapKey"]

    def assert_refused_without_the_token(self, blobs, context=None):
        unwraps = self.unwraps()
        for blob in blobs:
            members = {"CiphertextBlob": encoded(blob)} | ({"EncryptionContext": context} if context else {})
            answer = self.raw.call("Decrypt", members)
            self.assert_error("InvalidCiphertextException", answer)
        self.assertEqual(unwraps, self.unwraps(), "a bad ciphertext reached the token")

    def test_the_good_ciphertext_does_reach_the_token(self):
        unwraps = self.unwraps()
        self.assert_decrypts(self.blob, self.data_key["Plaintext"], CONTEXT)
        self.assertEqual(unwraps + 1, self.unwraps())

    def test_every_truncation_is_refused_without_the_token(self):
        for blob, context in ((self.blob, CONTEXT), (self.message, None)):
            self.assert_refused_without_the_token((blob[:n] for n in range(1, len(blob))), context)

    def test_every_flipped_bit_is_refused_without_the_token(self):
        flipped = (bytes(b ^ (1 << bit) if i == at else b for i, b in enumerate(self.blob))
                   for at in range(len(self.blob)) for bit in range(8))
        self.assert_refused_without_the_token(flipped, CONTEXT)

    def test_foreign_ciphertexts_are_refused_without_the_token(self):
        self.assert_refused_without_the_token(
            [b"\0", bytes(64), bytes(6144), b"\1" * 111, self.blob + b"\0", self.blob + self.blob,
             bytes.fromhex("0102020078") + bytes(150)], CONTEXT)

    def test_a_wrong_context_is_refused_without_the_token(self):
        for context in (None, {"bucket": "Photos"}, {"Bucket": "photos"}, CONTEXT | {"more": ""}, {"bucketp": "hotos"}):
            with self.subTest(context=context):
                self.assert_refused_without_the_token([self.blob], context)

    def test_anothers_ciphertext_with_our_key_id_is_refused(self):
        other = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.before = self.state()
        foreign = self.kms.generate_data_key(KeyId=other, KeySpec="AES_256", EncryptionContext=CONTEXT)["CiphertextBlob"]
        with self.assert_refused("IncorrectKeyException"):
            self.kms.decrypt(CiphertextBlob=foreign, EncryptionContext=CONTEXT, KeyId=self.key)
        self.assert_refused_without_the_token([self.blob[:18] + foreign[18:]], CONTEXT)

    def test_an_empty_and_an_overlong_ciphertext_are_refused(self):
        for size in (0, 6145):
            with self.subTest(size):
                self.assert_error("ValidationException", self.raw.call("Decrypt", {"CiphertextBlob": encoded(bytes(size))}))

    # --- JSON

    def test_json_that_is_none_is_refused(self):
        for body in (b"", b"{", b"[]", b"null", b'"text"', b"{} {}", b"{'KeyId': 1}", b'{"KeyId": NaN}', b'{"KeyId":"a",}',
                     b"\xef\xbb\xbf{}", b'{"KeyId": /* */ "a"}'):
            with self.subTest(body):
                self.assert_error("SerializationException", self.raw.call("DescribeKey", body))

    def test_deep_json_is_refused(self):
        for body in (b'{"KeyId":' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"a":' * 5000 + b"1" + b"}" * 5000):
            with self.subTest(body[:20]):
                self.assert_error("SerializationException", self.raw.call("DescribeKey", body))

    def test_huge_bodies_are_refused(self):
        body = b'{"KeyId":"' + b"a" * (8 << 20) + b'"}'
        answer = self.raw.call("DescribeKey", body)
        self.assertEqual(413, answer.status, answer)

    def test_duplicate_members_are_refused(self):
        body = json.dumps({"KeyId": self.key})
        twice = (body[:-1] + ', "KeyId": "alias/target"}').encode()
        self.assert_error("SerializationException", self.raw.call("DescribeKey", twice))
        context = b'{"KeyId":"%s","Plaintext":"eA==","EncryptionContext":{"a":"1","a":"2"}}' % self.key.encode()
        self.assert_error("SerializationException", self.raw.call("Encrypt", context))

    def test_wrong_types_are_refused(self):
        for operation, members in (("DescribeKey", {"KeyId": 7}), ("DescribeKey", {"KeyId": ["a"]}),
                                   ("ListKeys", {"Limit": "7"}), ("ListKeys", {"Limit": 1.5}),
                                   ("ListKeys", {"Limit": True}), ("ListKeys", {"Limit": 1 << 70}),
                                   ("Encrypt", {"KeyId": self.key, "Plaintext": {"a": 1}}),
                                   ("Encrypt", {"KeyId": self.key, "Plaintext": "eA==", "EncryptionContext": {"a": 1}}),
                                   ("Encrypt", {"KeyId": self.key, "Plaintext": "eA==", "EncryptionContext": "a"}),
                                   ("TagResource", {"KeyId": self.key, "Tags": {"a": "b"}}),
                                   ("TagResource", {"KeyId": self.key, "Tags": ["a"]})):
            with self.subTest(operation=operation, members=members):
                self.assert_error("SerializationException", self.raw.call(operation, members))

    def test_text_that_is_not_utf8_is_refused(self):
        for text in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\\ud800", b"\xe2\x82"):
            with self.subTest(text):
                self.assert_error("SerializationException", self.raw.call("CreateKey", b'{"Description":"' + text + b'"}'))

    def test_values_out_of_range_are_refused(self):
        for operation, members in (("ListKeys", {"Limit": 0}), ("ListKeys", {"Limit": 1001}),
                                   ("GenerateRandom", {"NumberOfBytes": 0}), ("GenerateRandom", {"NumberOfBytes": 1025}),
                                   ("GenerateDataKey", {"KeyId": self.key}),
                                   ("GenerateDataKey", {"KeyId": self.key, "KeySpec": "AES_256", "NumberOfBytes": 32}),
                                   ("GenerateDataKey", {"KeyId": self.key, "KeySpec": "AES_512"}),
                                   ("GenerateDataKey", {"KeyId": self.key, "NumberOfBytes": 1025}),
                                   ("ScheduleKeyDeletion", {"KeyId": self.key, "PendingWindowInDays": 6}),
                                   ("ScheduleKeyDeletion", {"KeyId": self.key, "PendingWindowInDays": 31}),
                                   ("CreateKey", {"Description": "a" * 8193}),
                                   ("CreateAlias", {"AliasName": "photos", "TargetKeyId": self.key}),
                                   ("Encrypt", {"KeyId": self.key})):
            with self.subTest(operation=operation, members=members):
                self.assert_error("ValidationException", self.raw.call(operation, members))

    # --- who is calling

    def test_a_wrong_signature_is_refused(self):
        answer = self.raw.call("ListKeys", {}, secret="x" * 40)
        self.assert_error("InvalidSignatureException", answer)

    def test_a_changed_body_breaks_the_signature(self):
        headers = self.raw.signed_headers("DescribeKey", b'{"KeyId":"a"}')
        self.assert_error("InvalidSignatureException", self.raw.send(b'{"KeyId":"b"}', headers))

    def test_a_changed_target_breaks_the_signature(self):
        headers = self.raw.signed_headers("ListKeys", b"{}") | {"X-Amz-Target": "TrentService.ListAliases"}
        self.assert_error("InvalidSignatureException", self.raw.send(b"{}", headers))

    def test_an_unsigned_target_is_refused(self):
        self.assert_error("IncompleteSignatureException", self.raw.call("ListKeys", {}, leave_out=("x-amz-target",)))

    def test_no_signature_at_all_is_refused(self):
        headers = self.raw.signed_headers("ListKeys", b"{}")
        del headers["Authorization"]
        self.assert_error("MissingAuthenticationTokenException", self.raw.send(b"{}", headers))

    def test_a_stale_and_a_future_date_are_refused(self):
        for minutes in (-6, 6, -60 * 24):
            with self.subTest(minutes), mock.patch("botocore.auth.datetime") as clock:
                moment = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(minutes=minutes)
                clock.datetime.utcnow.return_value = moment
                self.assert_error("InvalidSignatureException", self.raw.call("ListKeys", {}))

    def test_a_date_within_five_minutes_is_accepted(self):
        for minutes in (-4, 4):
            with self.subTest(minutes), mock.patch("botocore.auth.datetime") as clock:
                clock.datetime.utcnow.return_value = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(minutes=minutes)
                self.assertEqual(200, self.raw.call("ListKeys", {}).status)

    def test_an_unknown_access_key_is_refused(self):
        for access_key in ("SRAKAAAAAAAAAAAAAAAA", "AKIDEXAMPLE", "x"):
            with self.subTest(access_key):
                self.assert_error("UnrecognizedClientException", self.raw.call("ListKeys", {}, access_key=access_key))

    def test_a_scope_that_is_not_ours_is_refused(self):
        for scope in ({"region": "eu-west-1"}, {"service": "s3"}):
            with self.subTest(scope):
                self.assert_error("InvalidSignatureException", self.raw.call("ListKeys", {}, **scope))

    def test_a_user_may_use_keys_and_not_change_them(self):
        user = self.strongroom.kms(self.strongroom.add_identity("reader", "user"))
        answer = user.generate_data_key(KeyId=self.key, KeySpec="AES_256")
        self.assertEqual(answer["Plaintext"], user.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"])
        for attempt in (user.create_key, lambda: user.disable_key(KeyId=self.key),
                        lambda: user.schedule_key_deletion(KeyId=self.key)):
            with self.assert_refused("AccessDeniedException"):
                attempt()

    # --- operations

    def test_unknown_operations_are_named_so(self):
        for target in ("TrentService.Nonsense", "Nonsense", "S3.ListKeys", ""):
            with self.subTest(target):
                self.assert_error("UnknownOperationException", self.raw.call("", {}, target=target))

    def test_operations_of_later_are_unsupported(self):
        for operation in ("Sign", "CreateGrant", "ImportKeyMaterial", "ReplicateKey", "GenerateDataKeyPair", "CreateCustomKeyStore"):
            with self.subTest(operation):
                self.assert_error("UnsupportedOperationException", self.raw.call(operation, {}))


if __name__ == "__main__":
    unittest.main()
