"""Who may include whom. Reads NUL-separated file names from standard input; names every line that breaks a rule.

The tables below are the architecture (docs/architecture.md draws them): a folder may include from itself and from the
folders in its row, and a library's headers or an API's names may appear only where its row says.
"""

import re
import sys
from pathlib import PurePosixPath

# Folder -> the folders it may include from, besides itself.
FOLDERS = {
    "hsm": [],
    "hsm/pkcs11": ["hsm"],
    "hsm/worker": ["hsm"],
    "hsm/pkcs11/examination": ["hsm", "hsm/pkcs11"],
    "service/crypto": ["hsm"],
    "service/keys": ["hsm", "service/crypto"],
    "service/http": ["hsm"],
    "service/json": [],
    "service/policy": ["service/json", "service/keys"],
    "service/auth": ["hsm", "service/crypto", "service/keys", "service/http"],
    "service/config": ["hsm", "service/keys", "service/http"],
    "service/operations": ["hsm", "service/keys", "service/auth", "service/policy"],
    "service/api": ["hsm", "service/http", "service/keys"],
    "service/api/aws": ["hsm", "service/api", "service/json", "service/http", "service/keys", "service/auth",
                        "service/policy", "service/operations"],
    "service": ["hsm", "service/keys", "service/http", "service/policy", "service/auth", "service/config",
                "service/operations", "service/api/aws"],
    "tokens": ["hsm", "service/config", "service/keys", "service/auth"],
}

# What may appear only in some places: a pattern, the folders or files that may hold it, and why.
CONFINED = [
    (r'#include\s+[<"]p11-kit/|\bCK[A-Z]?_[A-Z]\w+|\bCK[RAMUSOFZKC]_\w+', ["hsm/pkcs11"],
     "PKCS#11 types stay inside hsm/pkcs11"),
    (r'#include\s+[<"]Poco/',
     ["service/http", "service", "service/keys/lifecycle.cpp", "service/keys/lifecycle_details.h",
      "service/keys/maintenance.cpp"],
     "Poco is for the server, the application frame and logging"),
    (r'#include\s+[<"]rapidjson/', ["service/api", "service/json"], "JSON belongs to the dialects"),
    (r'#include\s+[<"]openssl/', ["service/crypto", "service/keys", "service/auth", "service/http", "service/api"],
     "hsm/ needs no OpenSSL, operations and tools no cryptography of their own"),
    (r'#include\s+[<"](seccomp|cap-ng)\.h', ["hsm/worker/confinement.cpp"], "what confines a worker is in one place"),
    (r'#include\s+[<"]nghttp2/', ["service/http/http2_callbacks.h"],
     "HTTP/2's frames are behind Http2Session"),
    (r'#include\s+[<"](sqlite3|SQLiteCpp)', ["service/keys"], "the store is behind MetadataStore"),
    (r'#include\s+[<"]prometheus/', ["service"], "metrics are made at the top"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
STRING_OR_COMMENT = re.compile(r'//.*|"(?:\\.|[^"\\])*"')


def folder_of(path):
    """The table's folder that holds a path; None for what the table does not rule (tests). A folder of ours that the
    table does not name stands for itself and may include nothing, so that each new one gets its row."""
    folder = str(PurePosixPath(path).parent)
    return folder if folder in FOLDERS or folder.split("/")[0] in ("hsm", "service", "tokens") else None


def may_hold(path, places):
    """Whether a confined thing may appear in a path: named itself, or directly in or below a named folder. "service"
    names the files at the top of service/ only."""
    parents = [str(p) for p in PurePosixPath(path).parents]
    return path in places or any(p in parents[:1] if p == "service" else p in parents for p in places)


def check_file(path, edges):
    folder = folder_of(path)
    if folder is None:
        return
    with open(path, encoding="utf-8") as source:
        for number, line in enumerate(source, 1):
            where = f"{path}:{number}"
            if match := INCLUDE.match(line):
                target = folder_of(match[1])
                if target is None and not line.strip().startswith('#include "tests/'):
                    yield f'{where}: include "{match[1]}" is not rooted at the repository'
                elif target is None:
                    yield f"{where}: a product's source includes a test's"
                else:
                    edges.setdefault(folder, set()).add(target)
                    if target != folder and target not in FOLDERS.get(folder, []):
                        yield f"{where}: {folder} may not include from {target}"
            code = line if line.lstrip().startswith("#") else STRING_OR_COMMENT.sub("", line)
            for pattern, places, reason in CONFINED:
                if re.search(pattern, code) and not may_hold(path, places):
                    yield f"{where}: {reason}"


def find_cycle(edges):
    """A cycle of folders as a list, or None."""
    done, trail = set(), []

    def visit(folder):
        if folder in trail:
            return trail[trail.index(folder):] + [folder]
        if folder in done:
            return None
        trail.append(folder)
        for target in sorted(edges.get(folder, ())):
            if target != folder and (cycle := visit(target)):
                return cycle
        trail.pop()
        done.add(folder)
        return None

    return next((cycle for folder in sorted(edges) if (cycle := visit(folder))), None)


def main():
    edges, complaints = {}, []
    for path in filter(None, sys.stdin.read().split("\0")):
        complaints += check_file(path, edges)
    for graph in (edges, FOLDERS):
        if cycle := find_cycle(graph):
            complaints.append("layering: a cycle of folders: " + " -> ".join(cycle))
    print("\n".join(complaints), file=sys.stderr, end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
