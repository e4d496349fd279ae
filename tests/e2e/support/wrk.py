"""Load by wrk: one request again and again, over connections that are kept."""

import re
import subprocess
from typing import NamedTuple

UNITS = {"us": 0.001, "ms": 1, "s": 1000}


class Load(NamedTuple):
    rate: float  # requests a second
    half: float  # of them within so many milliseconds
    most: float  # 99 % of them, likewise
    failed: int


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * UNITS[unit]


def post(url, headers, body, connections, seconds, folder):
    """Posts text for so long; the script that wrk reads is written into `folder`. wrk adds Host itself."""
    script = folder / "request.lua"
    script.write_text(f"wrk.method = 'POST'\nwrk.body = [==[{body}]==]\n" + "".join(
        f"wrk.headers['{k}'] = [==[{v}]==]\n" for k, v in headers.items() if k not in ("Host", "Content-Length")))
    out = subprocess.run(["wrk", "--latency", f"-c{connections}", "-t1", f"-d{seconds}s", "-s", script, url],
                         capture_output=True, text=True, check=True).stdout
    failed = re.findall(r"(?:connect|read|write|timeout) (\d+)|Non-2xx or 3xx responses: (\d+)", out)
    return Load(float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
                milliseconds(re.search(r"\s50%\s+(\S+)", out)[1]), milliseconds(re.search(r"\s99%\s+(\S+)", out)[1]),
                sum(int(n) for pair in failed for n in pair if n))
