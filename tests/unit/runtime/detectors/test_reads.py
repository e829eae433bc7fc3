"""Reads that a policy watches: by whom they are a sign."""

import pytest

from outrider.model.event import Event, FrameType, Kind
from outrider.runtime.detectors import credential_search, process_snooping
from outrider.runtime.detectors.detector import Detector, Scene


def fires(detector: Detector, program: str, target: str) -> bool:
    event = Event(
        type=FrameType.EVENT, seq=1, time_ns=1, kind=Kind.READ, program=program, target=target, pid=7
    )
    return bool(detector.step(detector.begin(Scene()), event)[1])


@pytest.mark.parametrize(
    ("program", "target", "sign"),
    [
        ("/usr/bin/python3.11", "/root/.ssh/id_rsa", True),
        ("/usr/bin/cat", "/root/.aws/credentials", True),
        ("/tmp/x", "/etc/shadow", True),
        ("", "/etc/shadow", True),
        ("/usr/bin/python3.11", "/root/.aws/credentials", False),
        ("/usr/bin/node", "/root/.npmrc", False),
        ("/usr/bin/ssh", "/root/.ssh/id_rsa", False),
        ("/usr/sbin/sshd", "/etc/shadow", False),
        ("/usr/bin/cat", "/root/.ssh/id_rsa.pub", False),
        ("/usr/bin/cat", "/etc/passwd", False),
    ],
)
def test_credentials(program: str, target: str, sign: bool) -> None:
    assert fires(credential_search.DETECTOR, program, target) is sign


@pytest.mark.parametrize(
    ("program", "target", "sign"),
    [
        ("/usr/bin/python3.11", "/proc/1/environ", True),
        ("/usr/bin/python3.11", "/proc/8/mem", True),
        ("/usr/bin/python3.11", "/proc/7/environ", False),
        ("/usr/bin/java", "/proc/self/maps", False),
        ("/usr/bin/ps", "/proc/1/environ", False),
        ("/usr/bin/cat", "/proc/1/stat", False),
    ],
)
def test_processes(program: str, target: str, sign: bool) -> None:
    assert fires(process_snooping.DETECTOR, program, target) is sign
