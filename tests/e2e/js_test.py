"""The tests of js/ by node's own test runner: AWS SDK for JavaScript v3 and AWS Encryption SDK for JavaScript."""

import subprocess
import unittest
from pathlib import Path

from support.case import StrongroomTestCase

TESTS = Path(__file__).resolve().parent / "js"


class JavaScriptTest(StrongroomTestCase):
    def run_node(self, test):
        self.assertTrue((TESTS / "node_modules").is_dir(), "the SDKs are not installed: run ci/install-deps --test")
        result = subprocess.run(["node", "--test", test], cwd=TESTS, env=self.strongroom.environment(),
                                capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=300)
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)

    def test_the_sdk_for_javascript(self):
        self.run_node("kms.test.mjs")

    def test_the_encryption_sdk_for_javascript(self):
        self.run_node("encryption_sdk.test.mjs")


if __name__ == "__main__":
    unittest.main()
