"""No tool for looking around in or listening to a network lies in the image."""

from outrider.model.finding import Severity
from outrider.scan.compliance.image.programs import named
from outrider.scan.compliance.rule import Rule, Seen, verdict
from outrider.scan.compliance.subjects import Image

NAMES = frozenset(
    {
        "dig",
        "nc",
        "nc.openbsd",
        "nc.traditional",
        "ncat",
        "nmap",
        "socat",
        "ssh",
        "tcpdump",
        "telnet",
        "tshark",
    }
)


def look(image: Image) -> Seen:
    """By the base names of the image's programs."""
    return verdict(named(image, NAMES), "none of the usual network tools")


RULE = Rule(
    name="holds_no_network_tools",
    title="The image holds no network tools",
    severity=Severity.MEDIUM,
    remedy="Leave them out of the image; debug from a container of its own.",
    look=look,
)
