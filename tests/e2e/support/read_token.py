"""Prints every object of a token with its attributes, as JSON: read_token.py MODULE LABEL, the PIN on standard input.

A program of its own, since a PKCS#11 module keeps its configuration and its login for as long as a process lives.
"""

import json
import sys

import PyKCS11

BOOLEANS = ("TOKEN", "PRIVATE", "SENSITIVE", "ALWAYS_SENSITIVE", "EXTRACTABLE", "NEVER_EXTRACTABLE", "LOCAL", "MODIFIABLE",
            "WRAP", "UNWRAP", "ENCRYPT", "DECRYPT", "SIGN", "VERIFY", "DERIVE")


def read(session, handle):
    def attribute(name):
        return session.getAttributeValue(handle, [getattr(PyKCS11, f"CKA_{name}")])[0]

    values = {name: bool(attribute(name)) for name in BOOLEANS}
    values |= {"CLASS": PyKCS11.CKO[attribute("CLASS")], "KEY_TYPE": PyKCS11.CKK[attribute("KEY_TYPE")],
               "VALUE_LEN": attribute("VALUE_LEN"), "LABEL": attribute("LABEL"), "ID": bytes(attribute("ID")).hex()}
    try:
        values["VALUE"] = attribute("VALUE") is not None
    except PyKCS11.PyKCS11Error:
        values["VALUE"] = False  # refused, as it must be
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
