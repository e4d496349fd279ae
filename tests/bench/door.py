"""Loads the front door with other people's clients and prints a table: door.py FOLDER SECONDS, with env.sh sourced.

FOLDER holds what presign.py wrote. GenerateDataKey all the way, by wrk (HTTP/1.1) and h2load (HTTP/2, where the service speaks it)."""

import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
from support import wrk  # noqa: E402

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
AUTHORITY = os.environ["AWS_CA_BUNDLE"]


def request(folder):
    head, body = (folder / "GenerateDataKey.http").read_bytes().decode().split("\r\n\r\n", 1)
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    return {k: v for k, v in headers.items() if k not in ("Host", "Content-Length")}, body


def by_wrk(folder, connections, seconds):
    headers, body = request(folder)
    load = wrk.post(ENDPOINT + "/", headers, body, connections, seconds, folder)
    return load.rate, f"{load.half:.2f} ms", f"{load.most:.2f} ms", load.failed


def h2load(folder, connections, streams, seconds):
    headers, body = request(folder)
    data = folder / "body.json"
    data.write_text(body)
    command = ["h2load", f"-c{connections}", f"-m{streams}", f"--duration={seconds}", "-d", data, ENDPOINT + "/"]
    for name, value in headers.items():
        command += ["-H", f"{name.lower()}: {value}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Application protocol: h2" not in out:
        return None
    rate = float(re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", out)[1])
    wrong = [int(n) for n in re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", out).groups()]
    not2xx = sum(int(n) for n in re.search(r"(\d+) 3xx, (\d+) 4xx, (\d+) 5xx", out).groups())
    mean, deviation = re.search(r"time for request:\s+\S+\s+\S+\s+(\S+)\s+(\S+)", out).groups()
    return rate, mean + " mean", deviation + " sd", sum(wrong) + not2xx


def main():
    folder, seconds = Path(sys.argv[1]), int(sys.argv[2])
    print("| client | requests/s | half within | 99 % within | failed |\n|---|---|---|---|---|")
    rows = [(f"wrk, {n} connections", lambda n=n: by_wrk(folder, n, seconds)) for n in (2, 16, 250)]
    rows += [(f"h2load, {c} connection{'s' if c > 1 else ''}, 32 streams each", lambda c=c: h2load(folder, c, 32, seconds))
             for c in (1, 2)]
    for name, measure in rows:
        result = measure()
        if result is None:
            print(f"| {name} | no HTTP/2 | | | |")
            continue
        rate, half, most, failed = result
        print(f"| {name} | {rate:,.0f} | {half} | {most} | {failed} |", flush=True)


if __name__ == "__main__":
    main()
