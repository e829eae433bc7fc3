"""The extension is killed: it runs as the same user."""

import os
import signal


def attack(event):
    os.kill(event["extension"], signal.SIGKILL)
