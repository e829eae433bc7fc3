"""Detectors of single calls: who makes them by design, and what becomes worse by what came before."""

import pytest

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind, Verdict
from outrider.model.finding import Severity
from outrider.runtime.detectors import (
    clock_change,
    defender_tampering,
    fileless_program,
    kernel_interface,
    set_user_id_made,
)
from outrider.runtime.detectors.detector import Detector, Scene
from runtime.detectors.making import made, told


def call(name: str, program: str, **fields: object) -> Event:
    return made(
        Kind.SYSCALL, name, **{"program": program, "syscall": name, "verdict": Verdict.ALERT, **fields}
    )


@pytest.mark.parametrize(
    ("detector", "name", "program"),
    [
        (clock_change.DETECTOR, "clock_settime", "/usr/sbin/chronyd"),
        (clock_change.DETECTOR, "adjtimex", "/usr/bin/node_exporter"),
        (kernel_interface.DETECTOR, "personality", "/usr/bin/gdb"),
        (kernel_interface.DETECTOR, "syslog", "/usr/sbin/rsyslogd"),
        (kernel_interface.DETECTOR, "fanotify_init", "/usr/sbin/clamonacc"),
        (set_user_id_made.DETECTOR, "setxattr", "/usr/bin/rsync"),
        (set_user_id_made.DETECTOR, "setxattr", "/usr/bin/sed"),
    ],
)
def test_who_does_it_by_design_is_believed_in_the_systems_directories_only(
    detector: Detector, name: str, program: str
) -> None:
    assert not told(detector, [call(name, program)])
    assert told(detector, [call(name, "/tmp/x/" + program.rsplit("/", 1)[1])])
    known = Scene(known=frozenset({Behaviour(Kind.SYSCALL, "/srv/app", name)}))
    assert told(detector, [call(name, "/srv/app")])
    assert not told(detector, [call(name, "/srv/app")], known)


def test_setcap_is_worse_than_an_attribute_and_who_is_not_root_gives_no_rights() -> None:
    (setcap,) = told(set_user_id_made.DETECTOR, [call("setxattr", "/usr/sbin/setcap")])
    (other,) = told(set_user_id_made.DETECTOR, [call("setxattr", "/srv/app")])
    assert (setcap.severity, other.severity) == (None, Severity.MEDIUM)
    assert not told(set_user_id_made.DETECTOR, [call("setxattr", "/usr/sbin/setcap", uid=1000)])
    assert not told(set_user_id_made.DETECTOR, [call("setxattr", "/usr/bin/x", above=("/usr/bin/dpkg",))])


def test_the_making_of_a_file_in_memory_is_evidence_against_who_runs_it() -> None:
    child = made(
        Kind.EXEC, "/memfd:x (deleted)", pid=9, ppid=7, program="/usr/bin/python3.11", traits=("memfd",)
    )
    (hit,) = told(fileless_program.DETECTOR, [call("memfd_create", "/usr/bin/python3.11", pid=7), child])
    assert hit.earlier == (1,)
    (hit,) = told(fileless_program.DETECTOR, [call("memfd_create", "/usr/bin/python3.11", pid=8), child])
    assert hit.earlier == ()


@pytest.mark.parametrize("program", ["/usr/bin/perl", "/usr/bin/perl5.36", "/usr/bin/ruby3.1", "/bin/bash"])
def test_some_programs_have_no_use_for_a_file_in_memory(program: str) -> None:
    (hit,) = told(fileless_program.DETECTOR, [call("memfd_create", program)])
    assert (hit.severity, hit.confidence) == (Severity.MEDIUM, Confidence.MEDIUM)
    known = Scene(known=frozenset({Behaviour(Kind.SYSCALL, program, "memfd_create")}))
    assert not told(fileless_program.DETECTOR, [call("memfd_create", program)], known)


@pytest.mark.parametrize("program", ["/usr/bin/php8.2", "/usr/bin/node", "/usr/bin/dotnet", "/usr/bin/java"])
def test_others_have(program: str) -> None:
    assert not told(fileless_program.DETECTOR, [call("memfd_create", program)])


def test_a_listener_that_a_rule_allows_is_expected_and_others_are_told_as_less_bad() -> None:
    (hit,) = told(defender_tampering.DETECTOR, [call("seccomp_listener", "/usr/bin/crun")])
    assert hit.severity is Severity.HIGH
    allowed = call("seccomp_listener", "/usr/bin/crun", verdict=Verdict.ALLOW, rule=3)
    assert not told(defender_tampering.DETECTOR, [allowed])
