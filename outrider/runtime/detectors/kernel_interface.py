"""Parts of the kernel are asked for that containers do without."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector

CALLS = {
    "bpf": Call(
        did="tried to load a program or a table of BPF", severity=Severity.HIGH, confidence=Confidence.MEDIUM
    ),
    "open_by_handle_at": Call(
        did="tried to open a file by its number, past every directory",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
    ),
    "perf_event_open": Call(
        did="tried to use the kernel's performance counters",
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
    ),
    **{
        name: Call(
            did="asked for the kernel's keyrings",
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            made_by=frozenset({"krb5kdc", "kinit", "login", "sshd", "su", "sudo", "systemd"}),
        )
        for name in ("keyctl", "add_key", "request_key")
    },
    "fanotify_init": Call(
        did="asked to watch, or to hold up, the files that others open",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        made_by=frozenset({"clamonacc", "fapolicyd", "fatrace"}),
    ),
    "foreign_abi": Call(
        did="made a system call of another architecture, past filters that know one only",
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
    ),
    "personality": Call(
        did="took a protection of memory off: chance in its addresses, or data that does not run",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        made_by=frozenset({"gdb", "gdbserver", "lldb-server", "rr", "sbcl"}),
    ),
    "syslog": Call(
        did="asked for the kernel's log, which tells of the machine and its addresses",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        made_by=frozenset({"klogd", "rsyslogd", "syslog-ng"}),
    ),
    "prctl_set_mm": Call(
        did="tried to show itself as another program", severity=Severity.HIGH, confidence=Confidence.MEDIUM
    ),
    **{
        name: Call(
            did="tried to reach the machine's ports", severity=Severity.HIGH, confidence=Confidence.HIGH
        )
        for name in ("iopl", "ioperm")
    },
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="kernel-interface",
    title="A part of the kernel that containers do without",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1068", "T1082", "T1083", "T1611"),
    falco=("BPF Program Not Profiled",),
    guardduty=("PrivilegeEscalation/RuncContainerEscape",),
    explanation=(
        "bpf, performance counters, keyrings and opening by file handle are where many holes of the kernel "
        "were: exploits need them, applications do not, and Fargate's runtime refuses them. Opening by "
        "handle is the old way to read files of the host. The kernel's log, and memory without its "
        "protections, are how an exploit is made ready; fanotify shows what all others open."
    ),
    false_positives=(
        "Profilers use performance counters, Kerberos and PAM use keyrings, 32-bit programs are another "
        "architecture (told as less bad); observability agents use bpf, virus scanners fanotify. Debuggers "
        "and loggers are passed over by their names."
    ),
    advice=(
        "See where the program came from: one that is not of the image is an exploit until shown otherwise."
        " One that is can be learned, or told to do without."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
