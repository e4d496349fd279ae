#!/usr/bin/python3
"""Writes sigv4.json: requests signed by botocore, an implementation of Signature Version 4 that is not ours.

Usage: tests/vectors/make_sigv4.py > tests/vectors/sigv4.json    (needs python3-boto3)

Where AWS's own test suite has the same request, its signature is written down here and botocore must agree with it.
"""
import datetime
import json
import sys
from unittest import mock

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS_KEY_ID = "SRAKABCDEFGHIJKLMNOP"  # the shape of ours; signatures do not cover it
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # AWS's published example
SUITE_HOST = "example.amazonaws.com"
SUITE_TIME = datetime.datetime(2015, 8, 30, 12, 36, 0)
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORM = "application/x-www-form-urlencoded"


def sign(name, method="GET", target="/", headers=(), body="", time=SUITE_TIME, host=SUITE_HOST, region="us-east-1",
         service="service", added=(), dated_by="X-Amz-Date", published=None):
    """One vector. `added` are headers that join the request after signing, as SDKs and proxies add them."""
    path, _, query = target.partition("?")
    request = AWSRequest(method=method, url=f"https://{host}{target}", data=body.encode())
    for header, value in headers:
        request.headers.add_header(header, value)
    request.headers.add_header("Host", host)
    if dated_by == "Date":
        request.headers.add_header("Date", "replaced by the signer")
    with mock.patch("botocore.auth.datetime") as fake:
        fake.datetime.utcnow.return_value = time
        fake.datetime.strptime = datetime.datetime.strptime
        SigV4Auth(Credentials(ACCESS_KEY_ID, SECRET), service, region).add_auth(request)
    authorization = request.headers["Authorization"]
    if published and not authorization.endswith("Signature=" + published):
        sys.exit(f"{name}: botocore gives {authorization}, AWS published {published}")
    return {
        "name": name, "time": int(time.replace(tzinfo=datetime.timezone.utc).timestamp()), "region": region,
        "service": service, "accessKeyId": ACCESS_KEY_ID, "secretAccessKey": SECRET, "method": method, "path": path,
        "query": query, "headers": [list(item) for item in [*request.headers.items(), *added]], "body": body,
    }


def suite():
    """AWS's published cases, by the names they have there (those with a session token aside: we accept none)."""
    repeated = [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")]
    ordered = [("My-Header1", f"value{n}") for n in (4, 1, 3, 2)]
    trimmed = [("My-Header1", "  value1"), ("My-Header2", '  "a   b   c"')]
    return [
        sign("get-vanilla", published="5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        sign("get-header-key-duplicate", headers=repeated,
             published="c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        sign("get-header-value-order", headers=ordered,
             published="08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
        sign("get-header-value-trim", headers=trimmed,
             published="acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        sign("get-unreserved", target="/" + UNRESERVED,
             published="07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        sign("get-utf8", target="/\u1234",
             published="8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        sign("get-vanilla-empty-query-key", target="/?Param1=value1",
             published="a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        sign("get-vanilla-query-order-key", target="/?Param1=value2&Param1=Value1",
             published="eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"),
        sign("get-vanilla-query-order-key-case", target="/?Param2=value2&Param1=value1",
             published="b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        sign("get-vanilla-query-order-value", target="/?Param1=value2&Param1=value1",
             published="5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        sign("get-vanilla-query-unreserved", target=f"/?{UNRESERVED}={UNRESERVED}",
             published="9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        sign("get-vanilla-utf8-query", target="/?%E1%88%B4=bar",
             published="2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        sign("get-relative", target="/example/..",
             published="5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        sign("get-relative-relative", target="/example1/example2/../..",
             published="5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        sign("get-slash", target="//", published="5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        sign("get-slash-dot-slash", target="/./",
             published="5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        sign("get-slash-pointless-dot", target="/./example",
             published="ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
        sign("get-slashes", target="//example//",
             published="9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        sign("get-space", target="/example space/",
             published="652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        sign("post-vanilla", method="POST",
             published="5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        sign("post-header-key-sort", method="POST", headers=[("My-Header1", "value1")],
             published="c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        sign("post-header-value-case", method="POST", headers=[("My-Header1", "VALUE1")],
             published="cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
        sign("post-vanilla-query", method="POST", target="/?Param1=value1",
             published="28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        sign("post-x-www-form-urlencoded", method="POST", body="Param1=value1", headers=[("Content-Type", FORM)],
             published="ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ]


def kms(name, operation, body, **more):
    headers = [("X-Amz-Target", "TrentService." + operation), ("Content-Type", "application/x-amz-json-1.1")]
    headers += more.pop("headers", [])
    settings = {"host": "127.0.0.1:7373", "service": "kms", "time": datetime.datetime(2024, 2, 29, 23, 59, 59), **more}
    return sign(name, method="POST", headers=headers, body=body, **settings)


def clients():
    """Requests in the shapes that KMS clients send."""
    sdk = [("amz-sdk-invocation-id", "4f1c-22"), ("amz-sdk-request", "attempt=1; max=3")]
    empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # SHA-256 of "{}"
    return [
        kms("aws-cli", "ListKeys", "{}"),
        kms("botocore-adds-unsigned-headers", "ListKeys", "{}",
            added=[*sdk, ("User-Agent", "Boto3/1.26"), ("Content-Length", "2")]),
        kms("javascript-sdk-signs-more", "ListKeys", "{}",
            headers=[*sdk, ("Content-Length", "2"), ("X-Amz-Content-Sha256", empty),
                     ("x-amz-user-agent", "aws-sdk-js/3.1163.0  os/linux")]),
        kms("content-hash-unsigned", "ListKeys", "{}", added=[("X-Amz-Content-Sha256", empty)]),
        kms("unicode-body", "CreateKey", '{"Description":"Schl\u00fcssel \U0001f511 \u1234"}'),
        kms("long-body", "Encrypt", json.dumps({"Plaintext": "QUFB" * 1024})),
        kms("empty-body", "ListKeys", ""),
        kms("dated-by-date", "ListKeys", "{}", dated_by="Date"),
        kms("tabs-and-spaces", "ListKeys", "{}", headers=[("X-Amz-Note", "\t a \t b  c\t")]),
        kms("empty-header-value", "ListKeys", "{}", headers=[("X-Amz-Note", "")]),
        kms("punctuation-in-header-name", "ListKeys", "{}", headers=[("X-A.b_c~d", "1"), ("X-A", "2"), ("X-A-B", "3")]),
        kms("repeated-target", "ListKeys", "{}", headers=[("X-Amz-Target", "TrentService.Decrypt")]),
        kms("other-region", "ListKeys", "{}", region="eu-central-1"),
        kms("last-second-of-a-year", "ListKeys", "{}", time=datetime.datetime(2023, 12, 31, 23, 59, 59)),
        kms("first-second-of-a-year", "ListKeys", "{}", time=datetime.datetime(2024, 1, 1)),
        kms("host-without-port", "ListKeys", "{}", host="kms.example.test"),
        kms("encoded-path", "ListKeys", "{}", target="/a%20b/%2F/c;d=e"),
        kms("query-with-escapes", "ListKeys", "{}", target="/?b=%2F%20&a=~&a-b=1&a="),
    ]


json.dump(suite() + clients(), sys.stdout, indent=1, ensure_ascii=True)
print()
