"""Each of ci/check's checks can fail: a clean tree passes, and every way to break a rule is named."""

import subprocess
import tempfile
import unittest
from pathlib import Path

CHECK = Path(__file__).resolve().parents[2] / "ci" / "check"

CLEAN = {
    "README.md": "# A tree\n\nSee [the format](docs/format.md#layout) and `hsm/key.h`.\n",
    "docs/format.md": "# Format\n\n## Layout\n\nBytes.\n",
    "hsm/key.h": '#pragma once\n\nnamespace hsm {\nint key();  // not a "CKR_OK"\n}\n',
    "hsm/pkcs11/module.cpp": '#include <p11-kit/pkcs11.h>\n\n#include "hsm/key.h"\n\nint use() { return CKR_OK; }\n',
    "service/keys/record.h": '#pragma once\n\n#include "hsm/key.h"\n',
    "tests/hsm/key_test.cpp": '#include "hsm/pkcs11/module.h"\n',
    "ci/up": '#!/usr/bin/env bash\nset -euo pipefail\necho "$0"\n',
}


class CheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name)
        subprocess.run(["git", "init", "--quiet", str(self.tree)], check=True)
        self.write(".clang-format", "BasedOnStyle: Google\nColumnLimit: 100\n")
        for name, text in CLEAN.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def check(self):
        return subprocess.run([CHECK, "--root", self.tree], capture_output=True, text=True, check=False)

    def assert_complains(self, *texts):
        result = self.check()
        self.assertNotEqual(0, result.returncode, result.stdout)
        for text in texts:
            self.assertIn(text, result.stderr)

    def test_passes_a_clean_tree(self):
        result = self.check()
        self.assertEqual((0, ""), (result.returncode, result.stderr))

    def test_ignores_what_git_ignores(self):
        self.write(".gitignore", "/build/\n")
        self.write("build/notes.txt", "trailing \n")
        self.assertEqual(0, self.check().returncode)

    def test_names_a_badly_formatted_source(self):
        self.write("hsm/key.h", "#pragma once\nint   key( );\n")
        self.assert_complains("hsm/key.h:2", "failed: format")

    def test_mends_the_format_when_asked(self):
        self.write("hsm/key.h", "#pragma once\nint   key( );\n")
        subprocess.run([CHECK, "-f", "--root", self.tree], check=True, capture_output=True)
        self.assertEqual("#pragma once\nint key();\n", (self.tree / "hsm/key.h").read_text())

    def test_names_an_include_against_the_layers(self):
        self.write("hsm/key.h", '#pragma once\n\n#include "service/keys/record.h"\n')
        self.assert_complains("hsm/key.h:3: hsm may not include from service/keys", "failed: layering")

    def test_names_a_folder_that_the_table_lacks(self):
        self.write("service/extra/a.h", '#pragma once\n\n#include "hsm/key.h"\n')
        self.assert_complains("service/extra may not include from hsm")

    def test_names_an_include_of_the_private_layer(self):
        self.write("service/keys/record.h", '#pragma once\n\n#include "hsm/pkcs11/module.h"\n')
        self.assert_complains("service/keys may not include from hsm/pkcs11")

    def test_names_a_cycle_of_folders(self):
        self.write("hsm/key.h", '#pragma once\n\n#include "service/keys/record.h"\n')
        self.assert_complains("a cycle of folders: hsm -> service/keys -> hsm")

    def test_names_an_include_that_is_not_rooted(self):
        self.write("hsm/lock.h", '#pragma once\n\n#include "key.h"\n')
        self.assert_complains('include "key.h" is not rooted')

    def test_names_a_products_include_of_a_test(self):
        self.write("hsm/lock.h", '#pragma once\n\n#include "tests/support/clock.h"\n')
        self.assert_complains("a product's source includes a test's")

    def test_names_pkcs11_outside_its_folder(self):
        for line in ("#include <p11-kit/pkcs11.h>\n", "int f() { return CKR_OK; }\n", "CK_RV f();\n",
                     "int f() { return CKA_ID; }\n"):
            with self.subTest(line):
                self.write("service/keys/a.cpp", line)
                self.assert_complains("service/keys/a.cpp:1: PKCS#11 types stay inside hsm/pkcs11")

    def test_names_libraries_outside_their_places(self):
        for name, header in (("service/operations/a.cpp", "Poco/Logger.h"), ("service/operations/a.cpp", "rapidjson/reader.h"),
                             ("service/api/aws/a.cpp", "Poco/JSON/Parser.h"), ("hsm/a.cpp", "openssl/evp.h"),
                             ("service/api/aws/a.cpp", "SQLiteCpp/Database.h"), ("service/keys/a.cpp", "prometheus/counter.h")):
            with self.subTest(header):
                self.write(name, f"#include <{header}>\n")
                self.assert_complains(f"{name}:1: ", "failed: layering")
                (self.tree / name).unlink()

    def test_names_a_faulty_script(self):
        self.write("ci/up", "#!/usr/bin/env bash\necho $1\n")
        self.assert_complains_about_shell()

    def assert_complains_about_shell(self):
        result = self.check()
        self.assertIn("failed: shell", result.stderr)
        self.assertIn("SC2086", result.stdout)

    def test_names_faulty_text(self):
        for text, complaint in (("a \n", "notes.txt:1: white space"), ("a", "no newline at its end"),
                                (b"\xff\n", "not UTF-8"), ("a\n" * 501, "501 lines"),
                                ("see /" + "home/me/x\n", "a path of somebody's own machine")):
            with self.subTest(complaint):
                self.write("notes.txt", text)
                self.assert_complains(complaint, "failed: text")

    def test_takes_inputs_of_fuzz_targets_as_they_are(self):
        self.write("tests/fuzz/corpus/format/odd", b"a \xff")
        self.assertEqual(0, self.check().returncode)

    def test_names_links_that_lead_nowhere(self):
        for text, complaint in (("[a](gone.md)", "link to gone.md: no such file"),
                                ("[a](docs/format.md#gone)", "link to docs/format.md#gone: no such heading"),
                                ("`hsm/gone.h`", "`hsm/gone.h` is not there")):
            with self.subTest(complaint):
                self.write("README.md", f"# A tree\n\n{text}\n")
                self.assert_complains(f"README.md:3: {complaint}", "failed: links")

    def test_follows_no_link_in_a_code_block(self):
        self.write("README.md", "# A tree\n\n```\n[a](gone.md)\n```\n")
        self.assertEqual(0, self.check().returncode)


if __name__ == "__main__":
    unittest.main()
