"""The handler is replaced in memory: from now on every visitor meets the attacker's."""

import sys


def attack(event):
    sys.modules["app"].handler = lambda event, context: "all your events are ours"
