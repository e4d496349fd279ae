"""What an administrator does to a running service: stop it under load, hand it a new certificate, start it twice."""

import hashlib
import os
import signal
import socket
import ssl
import subprocess
import threading
import unittest

from botocore.exceptions import BotoCoreError, ClientError

from support.case import StrongroomTestCase
from support.strongroom import ROOT, PROGRAMS, wait_until


class SignalsTest(StrongroomTestCase):
    def served_certificate(self):
        with socket.create_connection(("127.0.0.1", self.strongroom.port), timeout=10) as plain:
            with self.strongroom.tls().wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                return hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest()

    def renew_certificate(self):
        (self.strongroom.state / "tls" / "server.pem").unlink()
        subprocess.run([ROOT / "ci" / "provision", "--state", self.strongroom.state, "--programs", PROGRAMS], check=True)

    def reload(self):
        os.kill(self.strongroom.process.pid, signal.SIGHUP)

    def test_a_hangup_brings_the_new_certificate_to_new_connections(self):
        before = self.served_certificate()
        self.renew_certificate()
        self.assertEqual(before, self.served_certificate())
        self.reload()
        wait_until(lambda: self.served_certificate() != before, "the new certificate is not served")
        self.create_key()

    def test_a_bad_certificate_is_refused_and_the_old_one_kept(self):
        certificate = self.strongroom.state / "tls" / "server.pem"
        before, kept = self.served_certificate(), certificate.read_bytes()
        logged = len(self.strongroom.log_text())
        try:
            certificate.write_text("no certificate\n")
            self.reload()
            wait_until(lambda: "certificate" in self.strongroom.log_text()[logged:], "nothing is said of the bad certificate")
            self.assertEqual(before, self.served_certificate())
        finally:
            certificate.write_bytes(kept)
            self.reload()
        self.create_key()

    def test_a_stop_under_load_loses_nothing(self):
        """Every key that was acknowledged is there after the restart, and every data key decrypts."""
        key = self.create_key()
        self.kms.get_key_policy(KeyId=key, PolicyName="default")
        acknowledged, stopped, lock = {"keys": [], "data": []}, threading.Event(), threading.Lock()

        def load(kind):
            kms = self.strongroom.kms()
            while True:
                try:
                    if kind == "keys":
                        got = kms.create_key()["KeyMetadata"]["KeyId"]
                    else:
                        answer = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
                        got = (answer["CiphertextBlob"], answer["Plaintext"])
                except (BotoCoreError, ClientError):
                    if stopped.is_set():
                        return
                    raise
                with lock:
                    acknowledged[kind].append(got)

        threads = [threading.Thread(target=load, args=(kind,)) for kind in ("keys", "data", "data", "data")]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(acknowledged["keys"]) > 20 and len(acknowledged["data"]) > 200, "the load does not run")
        stopped.set()
        self.assertEqual(0, self.strongroom.stop())
        for thread in threads:
            thread.join(60)
            self.assertFalse(thread.is_alive())
        self.strongroom.start()
        listed = {k["KeyId"] for k in self.kms.get_paginator("list_keys").paginate().build_full_result()["Keys"]}
        self.assertLessEqual(set(acknowledged["keys"]), listed)
        for blob, plaintext in acknowledged["data"]:
            self.assert_decrypts(blob, plaintext)
        for made in acknowledged["keys"][-3:]:
            self.kms.generate_data_key(KeyId=made, KeySpec="AES_256")

    def test_a_kept_alive_connection_does_not_hold_up_a_stop(self):
        with socket.create_connection(("127.0.0.1", self.strongroom.port), timeout=10) as plain:
            with self.strongroom.tls().wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertIn(b"200", tls.recv(4096))
                self.assertEqual(0, self.strongroom.stop(seconds=10))
                try:
                    self.assertEqual(b"", tls.recv(4096))
                except (ssl.SSLError, ConnectionError):
                    pass
        self.strongroom.start()


if __name__ == "__main__":
    unittest.main()
