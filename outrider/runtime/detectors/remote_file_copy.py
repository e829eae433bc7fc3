"""Files are carried to another machine by a tool made for it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit
from outrider.runtime.detectors.lineage import is_entry, with_known_names
from outrider.runtime.detectors.programs import COPIERS, command, fits

_REMOTE = re.compile(r"(?:[\w.-]+@)?(?:[\w.-]+|\[[0-9a-fA-F:]+\]):.*|(?:rsync|sftp|scp|ftp)://.+")
_CURL_SENDS = frozenset({"-T", "--upload-file"})
_CURL_BODIES = {
    "-d": re.compile(r"@(?!-$)"),
    "--data": re.compile(r"@(?!-$)"),
    "--data-binary": re.compile(r"@(?!-$)"),
    "--data-ascii": re.compile(r"@(?!-$)"),
    "--json": re.compile(r"@(?!-$)"),
    "-F": re.compile(r"[^=]*=[@<](?!-$)"),
    "--form": re.compile(r"[^=]*=[@<](?!-$)"),
}
"""Option → what its value begins with when it names a file; `-` is what comes from a pipe."""
_WGET_SENDS = ("--post-file", "--body-file")
_LOOPBACK = re.compile(r"^(?:https?://)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)")


def _find(known: frozenset[str], event: Event) -> tuple[Hit, ...]:
    """A copier with a remote side; curl or wget that send a file."""
    if is_entry(event):
        return ()
    name, *arguments = command(event)
    if name in known or not _carries(name, arguments):
        return ()
    what = f'a tool that carries files to other machines was used: "{fits(" ".join((name, *arguments)))}"'
    return (Hit(event=event, what=what, facts={"command": fits(" ".join((name, *arguments)), 1024)}),)


def _carries(name: str, arguments: Sequence[str]) -> bool:
    """Whether a file leaves, or may."""
    if name == "rclone":
        return any(word in ("copy", "copyto", "move", "moveto", "sync") for word in arguments[:3])
    if name in ("rsync", "scp"):
        return any(_REMOTE.fullmatch(word) for word in arguments if not word.startswith("-"))
    if name in COPIERS:
        return any(not word.startswith("-") for word in arguments)
    if any(_LOOPBACK.match(word) for word in arguments):
        return False
    if name == "wget":
        return any(word.startswith(_WGET_SENDS) for word in arguments)
    return name == "curl" and _curl_sends(arguments)


def _curl_sends(arguments: Sequence[str]) -> bool:
    """`curl -T FILE`, `curl -F a=@FILE`, `curl --data-binary @FILE`; not `-d words`, nor `-d @-`."""
    for option, value in pairwise((*arguments, "")):
        if option in _CURL_SENDS or option.startswith("--upload-file="):
            return True
        named = _CURL_BODIES.get(option)
        if named is not None and named.match(value):
            return True
    return False


_BEGIN, _STEP = with_known_names(_find)

DETECTOR = Detector(
    id="remote-file-copy",
    title="Files carried to another machine",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    attack=("T1048", "T1105"),
    falco=("Launch Remote File Copy Tools in Container",),
    guardduty=("Execution/SuspiciousCommand",),
    explanation=(
        "scp, rsync and sftp with a remote side, and curl or wget that send a file, take data out or bring "
        "tools in. Services use libraries for that, and object stores."
    ),
    false_positives=(
        "Backup and synchronising jobs: a container whose model has the tool is passed over. Uploads to "
        "loopback, requests with a body of words, and local rsync are no copies."
    ),
    advice=(
        "See which file and where to: both are in the arguments. If it held secrets, turn them; if it is a "
        "backup, allow the tool with its destination."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
