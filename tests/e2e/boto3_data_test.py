"""Data keys and messages by boto3: what is encrypted comes back, bound to its key and its context."""

import unittest
from concurrent.futures import ThreadPoolExecutor

from support.case import StrongroomTestCase

ARN = "arn:aws:kms:us-east-1:000000000000"
CONTEXT = {"bucket": "photos", "object": "Größe/猫.jpg", "empty": ""}


class Boto3DataTest(StrongroomTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.kms.create_key()["KeyMetadata"]["KeyId"]
        cls.other = cls.kms.create_key()["KeyMetadata"]["KeyId"]

    def test_data_keys_have_the_length_asked_for(self):
        for members, size in (({"KeySpec": "AES_128"}, 16), ({"KeySpec": "AES_256"}, 32), ({"NumberOfBytes": 1}, 1),
                              ({"NumberOfBytes": 33}, 33), ({"NumberOfBytes": 64}, 64), ({"NumberOfBytes": 1024}, 1024)):
            with self.subTest(members):
                answer = self.kms.generate_data_key(KeyId=self.key, EncryptionContext=CONTEXT, **members)
                self.assertEqual((size, f"{ARN}:key/{self.key}"), (len(answer["Plaintext"]), answer["KeyId"]))
                self.assert_decrypts(answer["CiphertextBlob"], answer["Plaintext"], CONTEXT)

    def test_a_data_keys_ciphertext_is_small(self):
        answer = self.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256", EncryptionContext=CONTEXT)
        self.assertLess(len(answer["CiphertextBlob"]), 120)

    def test_data_keys_never_repeat(self):
        made = [self.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256") for _ in range(50)]
        for member in ("Plaintext", "CiphertextBlob"):
            self.assertEqual(50, len({answer[member] for answer in made}))

    def test_a_data_key_without_plaintext_is_opened_later(self):
        answer = self.kms.generate_data_key_without_plaintext(KeyId=self.key, KeySpec="AES_256", EncryptionContext=CONTEXT)
        self.assertNotIn("Plaintext", answer)
        opened = self.kms.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext=CONTEXT)
        self.assertEqual(32, len(opened["Plaintext"]))

    def test_messages_of_every_size_come_back(self):
        for size in (1, 15, 16, 17, 31, 32, 33, 255, 4095, 4096):
            with self.subTest(size):
                plaintext = bytes(n % 251 for n in range(size))
                blob = self.kms.encrypt(KeyId=self.key, Plaintext=plaintext, EncryptionContext=CONTEXT)["CiphertextBlob"]
                self.assert_decrypts(blob, plaintext, CONTEXT)

    def test_the_same_message_is_never_encrypted_alike(self):
        blobs = {self.kms.encrypt(KeyId=self.key, Plaintext=b"same")["CiphertextBlob"] for _ in range(20)}
        self.assertEqual(20, len(blobs))

    def test_decrypt_names_key_and_algorithm(self):
        blob = self.kms.encrypt(KeyId=self.key, Plaintext=b"x")["CiphertextBlob"]
        answer = self.kms.decrypt(CiphertextBlob=blob, EncryptionAlgorithm="SYMMETRIC_DEFAULT")
        self.assertEqual((f"{ARN}:key/{self.key}", "SYMMETRIC_DEFAULT"), (answer["KeyId"], answer["EncryptionAlgorithm"]))

    def test_context_is_bound_name_by_name_and_letter_by_letter(self):
        blob = self.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256", EncryptionContext=CONTEXT)["CiphertextBlob"]
        reordered = dict(reversed(CONTEXT.items()))
        self.assertEqual(32, len(self.kms.decrypt(CiphertextBlob=blob, EncryptionContext=reordered)["Plaintext"]))
        for wrong in ({}, CONTEXT | {"bucket": "Photos"}, CONTEXT | {"more": "x"}, {k: v for k, v in CONTEXT.items() if v}):
            with self.subTest(wrong), self.assertRaises(self.kms.exceptions.InvalidCiphertextException):
                self.kms.decrypt(CiphertextBlob=blob, EncryptionContext=wrong)

    def test_another_key_than_the_ciphertexts_is_incorrect(self):
        blob = self.kms.encrypt(KeyId=self.key, Plaintext=b"x")["CiphertextBlob"]
        with self.assertRaises(self.kms.exceptions.IncorrectKeyException):
            self.kms.decrypt(CiphertextBlob=blob, KeyId=self.other)

    def test_reencrypt_changes_key_and_context(self):
        blob = self.kms.encrypt(KeyId=self.key, Plaintext=b"moving", EncryptionContext=CONTEXT)["CiphertextBlob"]
        answer = self.kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, DestinationKeyId=self.other,
                                     DestinationEncryptionContext={"new": "one"})
        self.assertEqual((f"{ARN}:key/{self.key}", f"{ARN}:key/{self.other}"), (answer["SourceKeyId"], answer["KeyId"]))
        self.assert_decrypts(answer["CiphertextBlob"], b"moving", {"new": "one"})
        self.assert_decrypts(blob, b"moving", CONTEXT)
        with self.assertRaises(self.kms.exceptions.InvalidCiphertextException):
            self.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=self.other)
        with self.assertRaises(self.kms.exceptions.IncorrectKeyException):
            self.kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, SourceKeyId=self.other,
                                DestinationKeyId=self.other)

    def test_a_reencrypted_data_key_is_the_same_data_key(self):
        made = self.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256", EncryptionContext=CONTEXT)
        moved = self.kms.re_encrypt(CiphertextBlob=made["CiphertextBlob"], SourceEncryptionContext=CONTEXT,
                                    DestinationKeyId=self.other)["CiphertextBlob"]
        self.assert_decrypts(moved, made["Plaintext"])

    def test_random_bytes_come_as_many_as_asked_for(self):
        for size in (1, 32, 1024):
            self.assertEqual(size, len(self.kms.generate_random(NumberOfBytes=size)["Plaintext"]))

    def test_many_clients_at_once_get_each_their_own(self):
        def round_trip(n):
            context = {"n": str(n)}
            made = self.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256", EncryptionContext=context)
            opened = self.kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)
            return made["Plaintext"] == opened["Plaintext"]

        with ThreadPoolExecutor(16) as pool:
            self.assertEqual([True] * 200, list(pool.map(round_trip, range(200))))


if __name__ == "__main__":
    unittest.main()
