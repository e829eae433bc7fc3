"""A dependency that turned bad: it acts when it is imported."""

import os


def attack(event):
    os.environ["LEFTPAD_OUT"] = event["out"]
    import leftpad

    return leftpad.left("x", 3)
