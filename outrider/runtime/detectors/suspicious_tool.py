"""Tools of the trade: scanners, sniffers, tunnels, and netcat with a program at its other end."""

from collections.abc import Sequence

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit
from outrider.runtime.detectors.lineage import with_known_names
from outrider.runtime.detectors.programs import SUSPICIOUS_TOOLS, command, fits

_NETCATS = frozenset({"nc", "nc.traditional", "ncat", "netcat"})
_EXEC_OPTIONS = frozenset({"--exec", "--lua-exec", "--sh-exec"})
_EXEC_ADDRESSES = ("exec:", "system:", "shell:")


def _find(known: frozenset[str], event: Event) -> tuple[Hit, ...]:
    """By name, or by what netcat and socat are told to run."""
    name, *arguments = command(event)
    line, facts = fits(" ".join((name, *arguments))), {"command": fits(" ".join((name, *arguments)), 1024)}
    if _runs_a_program(name, arguments):
        what = f'a program was tied to a connection: "{line}"'
        return (
            Hit(event=event, what=what, facts=facts, severity=Severity.CRITICAL, confidence=Confidence.HIGH),
        )
    base = name.removesuffix(".sh").removesuffix(".py").split("_linux")[0]
    if base not in SUSPICIOUS_TOOLS or name in known:
        return ()
    return (Hit(event=event, what=f'a tool of intruders was started: "{line}"', facts=facts),)


def _runs_a_program(name: str, arguments: Sequence[str]) -> bool:
    """`nc -e PROGRAM`, `ncat --sh-exec COMMAND`, `socat TCP:… EXEC:…`."""
    if name in _NETCATS:
        return any(
            word.split("=")[0] in _EXEC_OPTIONS
            or (word[:1] == "-" and word[:2] != "--" and ("e" in word or (name == "ncat" and "c" in word)))
            for word in arguments
        )
    return name == "socat" and any(word.lower().startswith(_EXEC_ADDRESSES) for word in arguments)


_BEGIN, _STEP = with_known_names(_find)

DETECTOR = Detector(
    id="suspicious-tool",
    title="A scanner, sniffer, tunnel or netcat that runs a program",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1046", "T1040", "T1572", "T1059.004"),
    falco=(
        "Netcat Remote Code Execution in Container",
        "Launch Suspicious Network Tool in Container",
    ),
    guardduty=("Execution/SuspiciousTool",),
    explanation=(
        "No service needs a port scanner, a packet sniffer or a tunnel. netcat and socat have honest uses, "
        "but not with a program tied to the connection: that is a remote shell."
    ),
    false_positives=(
        "Engineers who look for a network problem with tcpdump, and containers made for such work: a "
        "container whose model has the tool is passed over, except for netcat with a program."
    ),
    advice=(
        "See how the tool came in (it is seldom in the image) and what it was aimed at: its arguments are "
        "in the event, its connections in the flight record."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
