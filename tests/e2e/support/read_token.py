"""Prints every object of a token with its attributes, as JSON: read_token.py MODULE LABEL, the PIN on standard input.

A program of its own, since a PKCS#11 module keeps its configuration and its login for as long as a process lives.
"""

import json
import sys

import PyKCS11

BOOLEANS = ("TOKEN", "PRIVATE", "SENSITIVE", "ALWAYS_SENSITIVE", "EXTRACTABLE", "NEVER_EXTRACTABLE", "LOCAL", "MODIFIABLE",
            "WRAP", "UNWRAP", "ENCRYPT", "DECRYPT", "SIGN", "VERIFY", "DERIVE")


# How the others are written down.
OTHERS = {"CLASS": PyKCS11.CKO.get, "KEY_TYPE": PyKCS11.CKK.get, "VALUE_LEN": int, "LABEL": str,
          "ID": lambda value: bytes(value).hex()}


def read(session, handle):
    """Its attributes by name; None for one that it lacks: a module killed in C_GenerateKey leaves objects half made."""
    def attribute(name, written):
        try:
            value = session.getAttributeValue(handle, [getattr(PyKCS11, f"CKA_{name}")])[0]
        except PyKCS11.PyKCS11Error:
            return None
        return None if value is None else written(value)

    values = {name: attribute(name, bool) for name in BOOLEANS} | {name: attribute(name, written) for name, written in OTHERS.items()}
    values["VALUE"] = attribute("VALUE", lambda value: True) is not None  # refused, as it must be
    return values


def main():
    module, label = sys.argv[1:]
    library = PyKCS11.PyKCS11Lib()
    library.load(module)
    slot, = (s for s in library.getSlotList(tokenPresent=True) if library.getTokenInfo(s).label.strip() == label)
    session = library.openSession(slot)
    session.login(sys.stdin.readline().rstrip("\n"))
    json.dump([read(session, handle) for handle in session.findObjects()], sys.stdout)
    session.logout()


if __name__ == "__main__":
    main()
