"""No server for remote logins lies in the image."""

from outrider.model.finding import Severity
from outrider.scan.compliance.image.programs import named
from outrider.scan.compliance.rule import Rule, Seen, verdict
from outrider.scan.compliance.subjects import Image

NAMES = frozenset(
    {
        "dropbear",
        "in.rshd",
        "in.telnetd",
        "rlogind",
        "sshd",
        "telnetd",
        "vncserver",
    }
)


def look(image: Image) -> Seen:
    """By the base names of the image's programs."""
    return verdict(named(image, NAMES), "no server for remote logins")


RULE = Rule(
    name="holds_no_remote_login",
    title="The image holds no server for remote logins",
    severity=Severity.HIGH,
    remedy="Remove it: containers are replaced, not repaired; where one must look, there is ECS Exec.",
    look=look,
)
