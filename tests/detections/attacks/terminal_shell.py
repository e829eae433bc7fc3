"""Shells on terminals, and terminals without people."""

from detections.case import Case

_FIRES = ("terminal-shell",)

_HEAD = """
import os, pty, sys
def on_a_terminal(*command):
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    os.write(terminal, b"exit\\n")
    try:
        while os.read(terminal, 1000):
            pass
    except OSError:
        pass
    os.waitpid(child, 0)
"""

ATTACKS = (
    Case(name="a shell on a pseudo-terminal", run=_HEAD + 'on_a_terminal("sh")\n', fires=_FIRES),
    Case(name="a login shell likewise", run=_HEAD + 'on_a_terminal("bash", "-l")\n', fires=_FIRES),
)

LOOK_ALIKES = (
    Case(
        name="a service with a terminal runs commands",
        run=_HEAD + 'on_a_terminal("sh", "-c", "sh -c true; cat /dev/null")\n',
        silent=_FIRES,
    ),
    Case(
        name="scripts on a terminal",
        run=_HEAD
        + """
file = os.path.join(sys.argv[1], "script")
with open(file, "w") as out:
    out.write("#!/bin/sh\\ntrue\\n")
os.chmod(file, 0o755)
on_a_terminal(file)
on_a_terminal("sh", file)
""",
        silent=_FIRES,
    ),
    Case(name="shells without a terminal", run=("sh", "-c", "sh </dev/null; echo true | sh"), silent=_FIRES),
)
