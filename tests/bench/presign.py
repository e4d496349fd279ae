"""Writes signed requests for strongroom_bench: presign.py FOLDER, with env.sh sourced. They are good for five minutes."""

import base64
import json
import os
import sys
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
REGION = os.environ["AWS_DEFAULT_REGION"]


def signed(session, operation, members):
    """The bytes of one whole HTTP request."""
    body = json.dumps(members).encode()
    headers = {"Host": ENDPOINT.removeprefix("https://"), "Content-Type": "application/x-amz-json-1.1",
               "X-Amz-Target": f"TrentService.{operation}"}
    request = AWSRequest("POST", ENDPOINT + "/", data=body, headers=headers)
    SigV4Auth(session.get_credentials(), "kms", REGION).add_auth(request)
    lines = ["POST / HTTP/1.1", *(f"{k}: {v}" for k, v in request.headers.items()), f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def main():
    folder = Path(sys.argv[1])
    session = boto3.session.Session()
    kms = session.client("kms", endpoint_url=ENDPOINT)
    key = kms.create_key(Description="benchmark")["KeyMetadata"]["KeyId"]
    context = {"bucket": "photos", "object": "2026/11/cat.jpg"}
    blob = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)["CiphertextBlob"]
    requests = {
        "GenerateDataKey": {"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context},
        "Decrypt": {"CiphertextBlob": base64.b64encode(blob).decode(), "EncryptionContext": context},
        "Encrypt": {"KeyId": key, "Plaintext": base64.b64encode(bytes(32)).decode(), "EncryptionContext": context},
    }
    for operation, members in requests.items():
        (folder / f"{operation}.http").write_bytes(signed(session, operation, members))


if __name__ == "__main__":
    main()
