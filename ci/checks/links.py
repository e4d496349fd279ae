"""Links of the documentation lead somewhere. Reads NUL-separated Markdown file names from standard input.

A relative link must name a file or folder of the tree, its #fragment a heading there. Paths in `code` that name a file
under a top folder of ours must exist too. Links to other sites are not followed.
"""

import os
import re
import sys

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
CODE_PATH = re.compile(r"`((?:hsm|service|tokens|tests|softhsm-config|ci|docs|cmake)/[\w./-]*\w)(?::\d+)?`")


def anchors(path):
    """The fragments of a file's headings, as hosts of Markdown make them."""
    with open(path, encoding="utf-8") as file:
        headings = [m[1] for line in file if (m := HEADING.match(line))]
    return {re.sub(r"[^\w\- ]", "", h.replace("`", "").lower()).replace(" ", "-") for h in headings}


def check_link(path, target):
    if re.match(r"[a-z]+:", target):
        return None
    name, _, fragment = target.partition("#")
    file = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
    if not os.path.exists(file):
        return f"link to {target}: no such file"
    if fragment and file.endswith(".md") and fragment not in anchors(file):
        return f"link to {target}: no such heading"
    return None


def check_file(path):
    fenced = False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            fenced ^= line.lstrip().startswith("```")
            if fenced:
                continue
            for match in LINK.finditer(line):
                if complaint := check_link(path, match[1] or match[2]):
                    yield f"{path}:{number}: {complaint}"
            for match in CODE_PATH.finditer(line):
                if not os.path.exists(match[1]):
                    yield f"{path}:{number}: `{match[1]}` is not there"


def main():
    complaints = [c for path in filter(None, sys.stdin.read().split("\0")) for c in check_file(path)]
    print("\n".join(complaints), file=sys.stderr, end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
