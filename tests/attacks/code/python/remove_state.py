"""The directory that guard and extension share is moved away."""

import os


def attack(event):
    os.rename(event["state"], event["tmp"] + "/gone")
