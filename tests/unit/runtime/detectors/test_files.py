"""Detectors of files: places that no test may write to on a real machine, and disguises."""

import pytest

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors import (
    archive_and_upload,
    bulk_removal,
    kernel_setting_write,
    link_over_sensitive_file,
    log_wiping,
    persistence,
    program_directory_write,
    set_user_id_made,
)
from outrider.runtime.detectors.detector import Detector, Scene
from runtime.detectors.making import made, told


def write(path: str, syscall: str = "openat", program: str = "/usr/bin/dash", **fields: object) -> Event:
    return made(Kind.WRITE, path, program=program, syscall=syscall, **fields)


def start(*argv: str, **fields: object) -> Event:
    return made(Kind.EXEC, argv[0], argv=argv, program="/usr/bin/dash", **fields)


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("/etc/ld.so.preload", Severity.CRITICAL),
        ("/etc/cron.d/x", Severity.HIGH),
        ("/etc/crontab", Severity.HIGH),
        ("/var/spool/cron/crontabs/root", Severity.HIGH),
        ("/root/.ssh/authorized_keys", Severity.HIGH),
        ("/etc/profile.d/x.sh", Severity.HIGH),
        ("/home/app/.zshrc", Severity.HIGH),
        ("/etc/systemd/system/x.service", Severity.HIGH),
        ("/root/.config/systemd/user/x.timer", Severity.HIGH),
        ("/etc/rc.local", Severity.HIGH),
        ("/etc/init.d/x", Severity.HIGH),
        ("/etc/sudoers.d/x", Severity.HIGH),
        ("/etc/pam.d/sshd", Severity.HIGH),
        ("/etc/passwd", Severity.MEDIUM),
        ("/usr/lib/python3/dist-packages/sitecustomize.py", Severity.HIGH),
    ],
)
def test_places_that_last(path: str, severity: Severity) -> None:
    assert [hit.severity for hit in told(persistence.DETECTOR, [write(path)])] == [severity]
    assert not told(persistence.DETECTOR, [write(path, above=("/usr/bin/dpkg",))]), "a package brings it"
    assert told(persistence.DETECTOR, [write(path, above=("/tmp/dpkg",))]), (
        "whoever calls himself dpkg does not"
    )
    known = Scene(known=frozenset({Behaviour(Kind.WRITE, "/usr/bin/dash", path)}))
    assert not told(persistence.DETECTOR, [write(path)], known)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/hosts",
        "/etc/passwd-",
        "/etc/cron.deny",
        "/etc/nginx/nginx.conf",
        "/app/.env",
        "/app/profile",
        "/root/.ssh/known_hosts",
        "/etc/systemd/journald.conf",
        "/app/customize.py",
        "/etc/.pwd.lock",
    ],
)
def test_places_beside_them(path: str) -> None:
    assert not told(persistence.DETECTOR, [write(path)])


def test_a_cron_job_that_is_taken_away_is_none() -> None:
    assert not told(persistence.DETECTOR, [write("/etc/cron.d/x", "unlinkat")])


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("/proc/sysrq-trigger", Severity.HIGH),
        ("/proc/sys/kernel/core_pattern", Severity.CRITICAL),
        ("/proc/sys/kernel/modprobe", Severity.CRITICAL),
        ("/proc/sys/fs/binfmt_misc/register", Severity.CRITICAL),
        ("/sys/fs/cgroup/rdma/release_agent", Severity.CRITICAL),
        ("/tmp/cgrp/release_agent", Severity.CRITICAL),
        ("/sys/fs/cgroup/x/notify_on_release", Severity.HIGH),
        ("/sys/kernel/debug/x", Severity.HIGH),
        ("/dev/mem", Severity.HIGH),
        ("/proc/sys/kernel/randomize_va_space", Severity.HIGH),
        ("/proc/sys/net/core/somaxconn", Severity.LOW),
    ],
)
def test_settings_of_the_kernel(path: str, severity: Severity) -> None:
    assert [hit.severity for hit in told(kernel_setting_write.DETECTOR, [write(path)])] == [severity]


@pytest.mark.parametrize(
    "path",
    ["/proc/self/oom_score_adj", "/sys/fs/cgroup/app/cgroup.procs", "/dev/shm/x", "/app/release_agents"],
)
def test_what_is_its_own(path: str) -> None:
    assert not told(kernel_setting_write.DETECTOR, [write(path)])


def test_logs_that_are_emptied_by_a_redirection() -> None:
    emptied = write("/var/log/auth.log", traits=("truncates",))
    assert told(log_wiping.DETECTOR, [emptied])
    assert not told(log_wiping.DETECTOR, [write("/var/log/auth.log")]), "appended to"
    assert not told(log_wiping.DETECTOR, [write("/var/log/auth.log", "rename")]), "moved aside"
    rotated = write("/var/log/syslog", "truncate", program="/usr/sbin/logrotate")
    assert not told(log_wiping.DETECTOR, [rotated])
    assert told(log_wiping.DETECTOR, [write("/var/log/syslog", "truncate", program="/tmp/logrotate")])


def test_the_bit_and_who_sets_it() -> None:
    assert told(set_user_id_made.DETECTOR, [write("/tmp/sh", "fchmodat", traits=("set-user-id",))])
    group = told(set_user_id_made.DETECTOR, [write("/srv/shared", "chmod", traits=("set-group-id",))])
    assert [(hit.severity, hit.confidence) for hit in group] == [(Severity.MEDIUM, Confidence.MEDIUM)]
    assert not told(set_user_id_made.DETECTOR, [write("/tmp/sh", "fchmodat")])


def test_programs_are_told_once_for_each_directory() -> None:
    written = [write(f"/usr/local/lib/tool/{number}.so") for number in range(50)]
    assert len(told(program_directory_write.DETECTOR, written)) == 1
    assert len(told(program_directory_write.DETECTOR, [*written, write("/usr/bin/x")])) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/var/www/html/storage/framework/views/a1.php",
        "/app/cache/templates/x.py",
        "/usr/share/doc/x",
        "/app/data.json",
        "/srv/files/report.pdf",
    ],
)
def test_what_frameworks_make_is_not_code(path: str) -> None:
    assert not told(program_directory_write.DETECTOR, [write(path)])


@pytest.mark.parametrize(
    "argv",
    [
        ("/bin/rm", "-rf", "/"),
        ("/bin/rm", "-r", "-f", "/var/lib/*"),
        ("/bin/rm", "--recursive", "/home/"),
        ("/usr/bin/dd", "if=/dev/zero", "of=/dev/nvme0n1"),
        ("/usr/bin/shred", "/dev/sda"),
        ("/sbin/wipefs", "-a", "x"),
    ],
)
def test_commands_after_which_there_is_nothing(argv: tuple[str, ...]) -> None:
    assert len(told(bulk_removal.DETECTOR, [start(*argv)])) == 1


@pytest.mark.parametrize(
    "argv",
    [
        ("/bin/rm", "-rf", "/var/lib/apt/lists/*"),
        ("/bin/rm", "/etc"),
        ("/bin/rm", "-rf", "/tmp/x"),
        ("/usr/bin/dd", "if=/dev/zero", "of=/tmp/x"),
        ("/usr/bin/shred", "-u", "/run/secret"),
        ("/bin/rm",),
    ],
)
def test_commands_that_tidy_up(argv: tuple[str, ...]) -> None:
    assert not told(bulk_removal.DETECTOR, [start(*argv)])


@pytest.mark.parametrize(
    "argv",
    [
        ("tar", "czf", "a.tgz", "d"),
        ("tar", "-c", "d"),
        ("tar", "-C", "/", "-czf", "-", "d"),
        ("zip", "-r", "a", "d"),
        ("gzip", "-9", "a"),
        ("7z", "a", "x", "d"),
        ("tar", "--create", "d"),
        ("busybox", "tar", "c"),
        ("pg_dump", "db"),
    ],
)
def test_packs(argv: tuple[str, ...]) -> None:
    name = argv[1] if argv[0] == "busybox" else argv[0]
    words = argv[1:] if argv[0] == "busybox" else argv
    assert archive_and_upload.packs(f"/usr/bin/{name}", words)


@pytest.mark.parametrize(
    "argv",
    [
        ("tar", "xzf", "a.tgz"),
        ("tar", "-xf", "a", "-C", "/"),
        ("tar", "tf", "a"),
        ("gzip", "-dc", "a"),
        ("xz", "-d", "a"),
        ("tar", "--extract", "-f", "a"),
        ("7z", "x", "a"),
        ("unzip", "a"),
        ("gunzip", "a"),
        ("tar",),
        ("gzip", "-t", "a"),
    ],
)
def test_unpacks(argv: tuple[str, ...]) -> None:
    assert not archive_and_upload.packs(f"/usr/bin/{argv[0]}", argv)


@pytest.mark.parametrize(
    ("argv", "uploads"),
    [
        (("curl", "-T", "a.tgz", "http://x"), True),
        (("curl", "-F", "file=@a.tgz", "http://x"), True),
        (("curl", "--data-binary", "@a.tgz", "http://x"), True),
        (("curl", "-d@a.tgz", "http://x"), True),
        (("curl", "--form=f=@a", "http://x"), True),
        (("wget", "--post-file=a.tgz", "http://x"), True),
        (("scp", "a.tgz", "x:"), True),
        (("aws", "s3", "cp", "a.tgz", "s3://x"), True),
        (("curl", "-fsSL", "http://x"), False),
        (("curl", "-d", "{}", "http://x"), False),
        (("curl", "-F", "a=b", "http://x"), False),
        (("curl", "-u", "me@example.com:x", "http://x"), False),
        (("aws", "sts", "get-caller-identity"), False),
        (("wget", "-q", "http://x"), False),
        (("curl",), False),
    ],
)
def test_uploads(argv: tuple[str, ...], uploads: bool) -> None:
    assert archive_and_upload.uploads(f"/usr/bin/{argv[0]}", argv) is uploads


def _links(event: Event) -> bool:
    return bool(told(link_over_sensitive_file.DETECTOR, [event]))


def test_links() -> None:
    assert _links(write("/etc/shadow", "link")) and _links(write("/etc/sudoers.d/x", "symlinkat"))
    assert _links(start("/usr/bin/busybox", "ln", "-s", "/root/.ssh", "x"))
    assert not _links(write("/etc/shadow")) and not _links(write("/etc/mtab", "symlink"))
    assert not _links(start("/bin/ln", "-s", "/etc/nginx/x", "y"))
    assert not _links(write("/etc/passwd", "link", program="/usr/bin/dpkg"))


DETECTORS: tuple[Detector, ...] = (persistence.DETECTOR, kernel_setting_write.DETECTOR, log_wiping.DETECTOR)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_an_empty_event_says_nothing(detector: Detector) -> None:
    assert not told(detector, [write("")])
