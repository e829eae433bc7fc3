"""Logs that are taken away, and logs that are looked after."""

from detections.case import Case

_HISTORY = """
import os, pathlib, subprocess, sys
history = pathlib.Path(sys.argv[1], ".bash_history")
history.write_text("curl http://evil.example")
raise SystemExit(subprocess.run(["/bin/rm", str(history)]).returncode)
"""
_TO_NOWHERE = """
import os, pathlib, sys
os.symlink("/dev/null", pathlib.Path(sys.argv[1], ".bash_history"))
"""
_MANY = """
import pathlib, subprocess, tempfile
with tempfile.TemporaryDirectory(dir="/var/log", prefix="outrider-") as place:
    logs = [pathlib.Path(place, f"service{letter}.log") for letter in "abcdef"]
    for log in logs:
        log.touch()
    subprocess.run(["/bin/rm", *map(str, logs)], check=True)
"""
_ROTATION = """
import logging.handlers, pathlib, tempfile
with tempfile.TemporaryDirectory(dir="/var/log", prefix="outrider-") as place:
    for name in "abcdef":
        handler = logging.handlers.RotatingFileHandler(f"{place}/{name}.log", maxBytes=10, backupCount=2)
        for _ in range(6):
            handler.emit(logging.makeLogRecord({"msg": "twenty characters long"}))
        handler.close()
"""
_BY_SCRIPT = """
import pathlib, subprocess, tempfile
with tempfile.TemporaryDirectory(dir="/var/log", prefix="outrider-") as place:
    names = ("syslog.1", "syslog.2.gz", "app-20260101.log.gz", "a.log.7", "b.old", "c.1")
    old = [pathlib.Path(place, name) for name in names]
    for log in old:
        log.touch()
    subprocess.run(["/bin/rm", *map(str, old)], check=True)
"""

ATTACKS = (
    Case(name="the shell's history", run=_HISTORY, fires=("log-wiping",)),
    Case(name="the history goes nowhere", run=_TO_NOWHERE, fires=("log-wiping",)),
    Case(name="all logs of today", run=_MANY, fires=("log-wiping",)),
)

LOOK_ALIKES = (
    Case(name="an application rotates its logs", run=_ROTATION, silent=("log-wiping", "mass-encryption")),
    Case(name="a script removes old ones", run=_BY_SCRIPT, silent=("log-wiping",)),
)
