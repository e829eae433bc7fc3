"""Shell metacharacters in an event: `x; id`."""

import os


def attack(event):
    return os.popen("echo invoice for %s" % event["name"]).read()
