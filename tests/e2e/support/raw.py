"""Requests made by hand, for what no SDK would send: any body, any header, any signature."""

import http.client
import json
import os
import ssl

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support import raw_http2

HTTP = os.environ.get("STRONGROOM_HTTP", "1.1")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        with response:
            self.body = response.read()

    @property
    def error(self):
        """The exception's name; "" when the answer is none."""
        try:
            return json.loads(self.body).get("__type", "").split("#")[-1]
        except (ValueError, AttributeError):
            return ""

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class RawClient:
    """Signs with botocore's signer and sends what it is told, one connection a request."""

    def __init__(self, strongroom):
        self.strongroom = strongroom
        self.host = f"127.0.0.1:{strongroom.port}"
        self.access_key = strongroom.variables["AWS_ACCESS_KEY_ID"]
        self.secret = strongroom.variables["AWS_SECRET_ACCESS_KEY"]
        self.region = strongroom.variables["AWS_DEFAULT_REGION"]

    def signed_headers(self, operation, body, access_key=None, secret=None, region=None, service="kms", target=None,
                       leave_out=()):
        """Headers of a good request; those in `leave_out` are sent but not signed. `target` is the whole X-Amz-Target."""
        headers = {"Content-Type": "application/x-amz-json-1.1", "Host": self.host,
                   "X-Amz-Target": f"TrentService.{operation}" if target is None else target}
        signed = {k: v for k, v in headers.items() if k.lower() not in leave_out}
        request = AWSRequest("POST", self.strongroom.endpoint + "/", data=body, headers=signed)
        credentials = Credentials(access_key or self.access_key, secret or self.secret)
        SigV4Auth(credentials, service, region or self.region).add_auth(request)
        return headers | dict(request.headers.items())

    def send(self, body, headers, method="POST", path="/"):
        if HTTP == "2":
            return Answer(raw_http2.send(self.strongroom, body, headers, method, path))
        connection = http.client.HTTPSConnection("127.0.0.1", self.strongroom.port, timeout=60,
                                                 context=self.strongroom.tls())
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            try:
                connection.endheaders(body)
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                pass  # turned down before the body was complete; the answer is there all the same
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def call(self, operation, members, **signing):
        """A signed request; `members` is sent as JSON, or as it is when it is bytes."""
        body = members if isinstance(members, bytes) else json.dumps(members).encode()
        return self.send(body, self.signed_headers(operation, body, **signing))
