"""The page that guard and extension share is written."""

import os


def attack(event):
    with open(os.path.join(event["state"], "state"), "r+b") as page:
        page.seek(36)
        page.write(b"\x01")
