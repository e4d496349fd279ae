"""A data centre's worth of connections at once: idle ones, ones that drip, and a flood of newcomers, while 16 good clients go on."""

import re
import resource
import socket
import subprocess
import sys
import threading
import unittest
from pathlib import Path

from support import wrk
from support.case import StrongroomTestCase
from support.raw import RawClient
from support.strongroom import Strongroom

IDLE = 4000
DRIPPING = 200
GOOD = 16
SECONDS = 6
AIM_PER_IDLE = 64 * 1024  # bytes
UNDER = 10  # milliseconds; below that, other work on the machine decides
FLOOD = """
import socket, ssl, sys, threading
context = ssl.create_default_context(cafile=sys.argv[2])
def knock():
    while True:
        try:
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) as plain:
                context.wrap_socket(plain, server_hostname="127.0.0.1").close()
        except OSError:
            pass
for _ in range(7):
    threading.Thread(target=knock, daemon=True).start()
knock()
"""


class CrowdTest(StrongroomTestCase):
    @classmethod
    def setUpClass(cls):
        cls.strongroom = Strongroom()
        cls.addClassCleanup(cls.strongroom.remove)
        config = cls.strongroom.config
        config.write_text(config.read_text().replace("[server]\n", "[server]\nmax_connections = 5000\n"))
        cls.strongroom.start()
        cls.kms = cls.strongroom.kms()
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def setUp(self):
        super().setUp()
        self.key = self.create_key()
        raw = RawClient(self.strongroom)
        self.body = b'{"KeyId":"%s","KeySpec":"AES_256"}' % self.key.encode()
        self.headers = raw.signed_headers("GenerateDataKey", self.body)
        self.headers = {k: v for k, v in self.headers.items() if k not in ("Content-Length",)}
        lines = ["POST / HTTP/1.1", *(f"{k}: {v}" for k, v in self.headers.items()), f"Content-Length: {len(self.body)}"]
        self.request = ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body

    def connect(self, context):
        plain = socket.create_connection(("127.0.0.1", self.strongroom.port), 30)
        secure = context.wrap_socket(plain, server_hostname="127.0.0.1")
        self.addCleanup(secure.close)
        return secure

    def process(self, name):
        status = Path(f"/proc/{self.strongroom.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)[1])

    def good_clients(self):
        """Requests a second, and the 99th percentile of their times in milliseconds."""
        load = wrk.post(self.strongroom.endpoint + "/", self.headers, self.body.decode(), GOOD, SECONDS, self.strongroom.folder)
        self.assertEqual(0, load.failed)
        return load.rate, load.most

    def idle_connections(self):
        """Such as storage servers keep: each has carried a request."""
        context = self.strongroom.tls()
        idle = []
        for _ in range(IDLE):
            connection = self.connect(context)
            connection.sendall(self.request)
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 "))
            idle.append(connection)
        return idle

    def drip(self, stop):
        """Keeps so many connections that send a byte of a head now and then; each that is cut has a successor."""
        context = self.strongroom.tls()
        dripping = [self.connect(context) for _ in range(DRIPPING)]

        def run():
            while not stop.wait(0.2):
                for i, connection in enumerate(dripping):
                    try:
                        connection.sendall(b"P")
                    except OSError:
                        dripping[i] = self.connect(context)
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(stop.set)

    def flood(self):
        flooder = subprocess.Popen(["nice", "-n", "19", sys.executable, "-c", FLOOD, str(self.strongroom.port),
                                    self.strongroom.variables["AWS_CA_BUNDLE"]])
        self.addCleanup(flooder.wait)
        self.addCleanup(flooder.kill)

    def test_good_clients_go_on(self):
        self.good_clients()  # warms up
        rate_alone, alone = self.good_clients()
        threads, memory = self.process("Threads"), self.process("VmRSS")
        idle = self.idle_connections()
        per_idle = (self.process("VmRSS") - memory) * 1024 // IDLE
        self.assertEqual(threads, self.process("Threads"), "connections have threads")
        self.drip(threading.Event())
        self.flood()
        accepted = self.strongroom.metrics()["strongroom_connections_accepted_total"]
        rate, crowded = self.good_clients()
        newcomers = self.strongroom.metrics()["strongroom_connections_accepted_total"] - accepted
        print(f"\n{GOOD} clients alone: {rate_alone:,.0f}/s, 99 % within {alone} ms; beside {IDLE} idle connections, {DRIPPING} that drip "
              f"and {newcomers / SECONDS:,.0f} new ones a second: {rate:,.0f}/s, 99 % within {crowded} ms; "
              f"{per_idle:,} bytes for an idle connection", file=sys.stderr)
        self.assertGreater(newcomers, 10 * SECONDS, "that was no flood")
        self.assertLessEqual(crowded, 3 * max(alone, UNDER))
        self.assertLess(per_idle, AIM_PER_IDLE)
        for connection in idle[::100]:
            connection.sendall(self.request)
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 "), "an idle connection was given up")


if __name__ == "__main__":
    unittest.main()
