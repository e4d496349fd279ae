"""A Strongroom of a test's own: provisioned as ci/up does it, in a temporary folder, on a free port of 127.0.0.1."""

import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = Path(os.environ.get("STRONGROOM_PROGRAMS", ROOT / "build" / "dev" / "bin"))
READY_WITHIN = 60  # seconds; the machine may be busy building


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=30):
    """Returns the condition's first true value; fails, naming `what`, when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} seconds: {what}")
        time.sleep(0.02)
    return value


class Strongroom:
    """One service and its state folder. Not thread-safe, but clients of it are."""

    def __init__(self, program="strongroomd", environment=None, settings=""):
        """`environment` is given to the service besides; `settings` is TOML appended to its configuration."""
        self.folder = Path(tempfile.mkdtemp(prefix="strongroom-e2e-"))
        self.state = self.folder / "state"
        self.program = PROGRAMS / program
        self.extra_environment = environment or {}
        self.process = None
        self.port = free_port()
        try:
            self._provision(settings)
        except BaseException:
            self.remove()
            raise

    @property
    def config(self):
        return self.state / "strongroomd.toml"

    @property
    def log(self):
        return self.folder / "strongroomd.log"

    @property
    def endpoint(self):
        return f"https://127.0.0.1:{self.port}"

    def _provision(self, settings):
        subprocess.run([ROOT / "ci" / "provision", "--state", self.state, "--programs", PROGRAMS, "--port", str(self.port)],
                       check=True, stdin=subprocess.DEVNULL)
        if settings:
            with open(self.config, "a", encoding="utf-8") as file:
                file.write(settings)
        self.variables = self._read_environment()

    def _read_environment(self):
        """What `. env.sh` sets, asked of a shell."""
        names = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION",
                 "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SOFTHSM2_CONF", "STRONGROOM_STATE"]
        script = f". {shlex.quote(str(self.state / 'env.sh'))} && " + " && ".join(f'echo "${{{name}:?}}"' for name in names)
        values = subprocess.run(["bash", "-euc", script], check=True, capture_output=True, text=True).stdout.splitlines()
        return dict(zip(names, values))

    def environment(self):
        """For a client's process: ours without anything of AWS, and what env.sh sets."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return inherited | self.variables | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(self.folder)}

    # --- life

    def launch(self):
        """Starts the process without waiting for it to be ready."""
        assert self.process is None
        environment = os.environ | {"SOFTHSM2_CONF": self.variables["SOFTHSM2_CONF"]} | self.extra_environment
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program, "--config", self.config], env=environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self):
        self.launch()
        self.wait_until_ready()
        return self

    def wait_until_ready(self):
        def ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"strongroomd ended with {self.process.returncode}:\n{self.log_text()[-4000:]}")
            return self.get("/readyz")[0] == 200
        try:
            wait_until(ready, "strongroomd is not ready", READY_WITHIN)
        except TimeoutError as error:
            raise RuntimeError(f"{error}:\n{self.log_text()[-4000:]}") from None

    def stop(self, seconds=60):
        """Ends it as an administrator would; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self._gone(seconds)

    def kill(self):
        self.process.kill()
        return self._gone(10)

    def wait_for_end(self, seconds=30):
        """Waits for an end that comes by itself; returns the exit status."""
        return self._gone(seconds)

    def _gone(self, seconds):
        status = self.process.wait(seconds)
        self.process = None
        return status

    def restart(self):
        status = self.stop()
        assert status == 0, f"strongroomd ended with {status}:\n{self.log_text()[-4000:]}"
        return self.start()

    def remove(self):
        """Ends it, whatever its state, and removes everything that it wrote."""
        if self.process is not None:
            self.kill()
        if not os.environ.get("STRONGROOM_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- looking at it

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tls(self):
        return ssl.create_default_context(cafile=self.variables["AWS_CA_BUNDLE"])

    def get(self, path):
        """Status and text of an unauthenticated GET; (0, reason) when nobody answers."""
        try:
            with urllib.request.urlopen(self.endpoint + path, timeout=10, context=self.tls()) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def metrics(self):
        """/metrics as {'name{label="value"}': number}."""
        status, text = self.get("/metrics")
        assert status == 200, text
        pairs = re.findall(r"^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)
        return {name: float(value) for name, value in pairs}

    def hsm_calls(self):
        """How often each PKCS#11 function was called so far, {'C_WrapKey': 3}."""
        pattern = re.compile(r'strongroom_hsm_calls_total\{.*function="(\w+)".*\}')
        calls = {}
        for name, value in self.metrics().items():
            if match := pattern.fullmatch(name):
                calls[match[1]] = calls.get(match[1], 0) + value
        assert calls, "/metrics names no HSM call"
        return calls

    # --- talking to it

    def kms(self, access_key=None, repetitions=1, **settings):
        """A boto3 client; `access_key` is a pair of id and secret, the administrator's when not given. It repeats by itself
        what may be repeated, so many times."""
        key_id, secret = access_key or (self.variables["AWS_ACCESS_KEY_ID"], self.variables["AWS_SECRET_ACCESS_KEY"])
        config = Config(retries={"max_attempts": repetitions, "mode": "standard"}, connect_timeout=10, read_timeout=60,
                        max_pool_connections=32, **settings)
        return boto3.session.Session().client(
            "kms", endpoint_url=self.endpoint, region_name=self.variables["AWS_DEFAULT_REGION"],
            aws_access_key_id=key_id, aws_secret_access_key=secret, verify=self.variables["AWS_CA_BUNDLE"], config=config)

    def tool(self, *arguments):
        """Runs the administrator's tool on this state folder; returns what it printed."""
        environment = os.environ | {"SOFTHSM2_CONF": self.variables["SOFTHSM2_CONF"]}
        return subprocess.run([PROGRAMS / "strongroom", *arguments], env=environment, check=True, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL).stdout

    def add_identity(self, name, role):
        """A new access key as a pair of id and secret."""
        text = self.tool("identity", "add", name, "--role", role, "--config", str(self.config), "--shell")
        found = dict(re.findall(r"^(?:export )?(AWS_\w+)='?([^'\s]+)'?$", text, re.MULTILINE))
        return found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"]
