"""No secret in anything that the service writes, at the most talkative log level: known values are looked for, raw, in
hexadecimal and in base64, in the log, the metadata store and every other file of the state folder."""

import base64
import os
import pathlib
import unittest

from botocore.exceptions import ClientError

from support.case import StrongroomTestCase
from support.raw import RawClient
from support.strongroom import wait_until

MESSAGE = b"canary-plaintext-4f1d2c9e7b"
SETTINGS = '\n[log]\nlevel = "trace"\n'
# The only places where a secret may be: the owner's own copies.
HOLDS_PINS = {"pins/user", "pins/so"}
HOLDS_ACCESS_KEY = {"identity.sh", "env.sh"}


def spellings(secret):
    """Every way in which the bytes might be written."""
    hexadecimal = secret.hex().encode()
    # Inside a longer text base64 falls into one of three alignments; the whole groups in the middle are the same.
    aligned = [base64.b64encode(bytes(n) + secret)[4 if n else 0:-4] for n in range(3)]
    return {secret, hexadecimal, hexadecimal.upper(), base64.b64encode(secret).rstrip(b"="),
            base64.urlsafe_b64encode(secret).rstrip(b"=")} | {text for text in aligned if len(text) >= 12}


class CanaryTest(StrongroomTestCase):
    settings = SETTINGS

    def found_in(self, secret):
        """The files, relative to the test's folder, that hold the secret in any spelling."""
        found = set()
        for folder, _, names in os.walk(self.strongroom.folder):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    content = file.read()
                if any(text in content for text in spellings(secret)):
                    found.add(os.path.relpath(path, self.strongroom.state))
        return found

    def exercise(self):
        """One of everything that touches a secret, good and bad; returns the secrets by name."""
        kms, raw = self.strongroom.kms(), RawClient(self.strongroom)
        context = {"purpose": "canary"}
        key = kms.create_key(Description="canary")["KeyMetadata"]["KeyId"]
        data_key = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
        kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"], EncryptionContext=context)
        blob = kms.encrypt(KeyId=key, Plaintext=MESSAGE)["CiphertextBlob"]
        kms.decrypt(CiphertextBlob=blob)
        moved = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key)["CiphertextBlob"]
        kms.decrypt(CiphertextBlob=moved)
        random = kms.generate_random(NumberOfBytes=32)["Plaintext"]
        user = self.strongroom.add_identity("canary", "user")
        self.strongroom.kms(user).list_keys()

        # Refusals log more than successes do.
        encoded = base64.b64encode(MESSAGE).decode()
        for members in ({"KeyId": "alias/gone", "Plaintext": encoded}, {"KeyId": key, "Plaintext": encoded, "EncryptionContext": 1},
                        b'{"Plaintext":"' + encoded.encode() + b'"', {"KeyId": key, "Plaintext": [encoded]}):
            self.assertNotEqual(200, raw.call("Encrypt", members).status)
        self.assertNotEqual(200, raw.call("Encrypt", {"KeyId": key, "Plaintext": encoded}, secret="x" * 40).status)
        with self.assertRaises(ClientError):
            kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
        kms.disable_key(KeyId=key)
        with self.assertRaises(ClientError):
            kms.encrypt(KeyId=key, Plaintext=MESSAGE)
        return {"message": MESSAGE, "data key": data_key["Plaintext"], "random": random, "user's secret": user[1].encode()}

    def test_no_secret_is_written_anywhere(self):
        secrets = self.exercise()
        self.strongroom.restart()
        self.assertEqual(0, self.strongroom.stop())
        secrets["administrator's secret"] = self.strongroom.variables["AWS_SECRET_ACCESS_KEY"].encode()
        for name in ("user", "so"):
            secrets[f"{name} PIN"] = (self.strongroom.state / "pins" / name).read_bytes().strip()
        allowed = {"administrator's secret": HOLDS_ACCESS_KEY, "user PIN": {"pins/user"}, "so PIN": {"pins/so"}}
        for name, secret in secrets.items():
            with self.subTest(name):
                self.assertEqual(allowed.get(name, set()), self.found_in(secret))
        self.strongroom.start()

    def test_the_search_finds_what_is_there(self):
        """Proves the method: the same search finds a value in each spelling that it claims to know."""
        secret = os.urandom(32)
        for n, text in enumerate((secret, secret.hex().encode(), base64.b64encode(secret),
                                  base64.b64encode(b"x" + secret + b"yz"), base64.b64encode(b"xy" + secret))):
            path = self.strongroom.folder / f"probe-{n}"
            path.write_bytes(b"before " + text + b" after")
            self.assertEqual({f"../probe-{n}"}, self.found_in(secret), n)
            path.unlink()

    def test_the_log_is_as_talkative_as_it_gets(self):
        """Proves the ground: the log that is searched is really written, request by request."""
        before = len(self.strongroom.log_text())
        self.create_key()
        # A request is logged after it is answered.
        wait_until(lambda: "operation=CreateKey" in self.strongroom.log_text()[before:], "the request is not logged")

    def test_the_process_shows_no_secret_and_leaves_no_core(self):
        process = pathlib.Path("/proc") / str(self.strongroom.process.pid)
        shown = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        secrets = [(self.strongroom.state / "pins" / name).read_bytes().strip() for name in ("user", "so")]
        secrets.append(self.strongroom.variables["AWS_SECRET_ACCESS_KEY"].encode())
        for secret in secrets:
            self.assertFalse(any(text in shown for text in spellings(secret)))
        self.assertIn(str(self.strongroom.state).encode(), shown, "this is the service's process")
        self.assertRegex((process / "limits").read_text(), r"Max core file size +0 +0 ")

    def test_secret_files_are_for_the_owner_only(self):
        for name in HOLDS_PINS | HOLDS_ACCESS_KEY | {"tls/server.key", "tls/ca.key", "strongroom.db"}:
            with self.subTest(name):
                self.assertEqual(0, (self.strongroom.state / name).stat().st_mode & 0o077)


if __name__ == "__main__":
    unittest.main()
