"""A fork bomb with a fuse: a tree of shells with 1,024 leaves, all there at once."""

import subprocess

BOMB = 'b() { if [ $1 = 0 ]; then printf x >>"$0"; else b $(($1-1)) & b $(($1-1)) & wait; fi; }; b 10'


def attack(event):
    done = subprocess.run(["sh", "-c", BOMB, event["out"]], capture_output=True)
    return done.stderr.decode(errors="replace")[-200:]
