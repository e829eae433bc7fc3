"""A tool that acts on an account or a cluster, in a container that never had it."""

import re

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit
from outrider.runtime.detectors.lineage import is_entry, with_known_names
from outrider.runtime.detectors.programs import CLOUD_TOOLS, DOWNLOADERS, command, fits

_METADATA = re.compile(
    r"(?:^|[/@=\s])(?:169\.254\.169\.254|169\.254\.170\.2|\[?fd00:ec2::254\]?|metadata\.google\.internal|100\.100\.100\.200)"
    r"(?:[:/\s]|$)"
)


def _find(known: frozenset[str], event: Event) -> tuple[Hit, ...]:
    """By name; or a downloader that asks the metadata service."""
    if is_entry(event):
        return ()
    name, *arguments = command(event)
    line = fits(" ".join((name, *arguments)))
    facts = {"command": fits(" ".join((name, *arguments)), 1024)}
    if name in DOWNLOADERS and any(_METADATA.search(word) for word in arguments):
        what = f'a metadata or credentials endpoint was asked: "{line}"'
        return (
            Hit(event=event, what=what, facts=facts, severity=Severity.HIGH, confidence=Confidence.MEDIUM),
        )
    if name not in CLOUD_TOOLS or name in known:
        return ()
    confidence = Confidence.MEDIUM if known else None
    return (Hit(event=event, what=f'a cloud tool was used: "{line}"', facts=facts, confidence=confidence),)


_BEGIN, _STEP = with_known_names(_find)

DETECTOR = Detector(
    id="cloud-tool",
    title="A cloud tool in a container that never had it",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    attack=("T1552.005", "T1613", "T1059.009"),
    falco=(
        "Contact EC2 Instance Metadata Service From Container",
        "Contact cloud metadata service from container",
    ),
    guardduty=("Execution/SuspiciousCommand",),
    explanation=(
        "Services talk to the cloud through libraries. aws, kubectl, terraform and their like are what "
        "people use, and what intruders bring to try the task's credentials; curl at the metadata service "
        "fetches them."
    ),
    false_positives=(
        "Start scripts that fetch their configuration with `aws s3 cp`, and jobs whose work is the cloud. A"
        " container whose model has the tool is passed over; without a model this counts as a guess."
    ),
    advice=(
        "Look in CloudTrail at what the task's role did since, from this task's address. If it was not the "
        "service, turn its credentials and narrow the role."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
