"""A look into a Strongroom's token from outside, past the service: what is really there."""

import json
import os
import re
import subprocess
from pathlib import Path

READER = Path(__file__).with_name("read_token.py")
CMK_LABEL = re.compile(r"strongroom/([0-9a-f-]{36})/(\d+)")


class Token:
    def __init__(self, strongroom, label="strongroom", pin=None):
        """The token that ci/provision made, unless label and PIN name another of the same module."""
        self.label = label
        self.module = re.search(r'^module = "(.+)"', strongroom.config.read_text(), re.MULTILINE)[1]
        self.pin = pin or (strongroom.state / "pins" / "user").read_text().strip()
        self.environment = os.environ | {"SOFTHSM2_CONF": strongroom.variables["SOFTHSM2_CONF"]}

    def objects(self):
        """Every object as {'LABEL': ..., 'SENSITIVE': True, ...}; None for what a half-made object lacks."""
        result = subprocess.run(["/usr/bin/python3", READER, self.module, self.label], input=self.pin + "\n",
                                env=self.environment, capture_output=True, text=True, check=True)
        return json.loads(result.stdout)

    def cmks(self):
        """Labels and attributes of the CMKs' objects: {(key id, version): {...}}."""
        found = {}
        for entry in self.objects():
            if match := CMK_LABEL.fullmatch(entry["LABEL"] or ""):
                found[match[1], int(match[2])] = entry
        return found

    def pkcs11_tool(self, *arguments):
        """OpenSC's view; the PIN goes by the environment of that process, as its manual advises."""
        command = ["/usr/bin/pkcs11-tool", "--module", self.module, "--token-label", self.label, "--login",
                   "--pin", "env:TOKEN_PIN", *arguments]
        return subprocess.run(command, env=self.environment | {"TOKEN_PIN": self.pin}, capture_output=True, text=True,
                              check=True).stdout
