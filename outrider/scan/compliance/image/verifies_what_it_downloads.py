"""No build step turned verification off."""

import re

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, not_applicable, verdict
from outrider.scan.compliance.subjects import Image

_TURNED_OFF = re.compile(
    r"--allow-unauthenticated|--allow-untrusted|--no-gpg-check|--nogpgcheck|--no-check-certificate"
    r"|--allow-insecure-repositories|--trusted-host|\[trusted=yes\]|\bcurl\b[^|;&]{0,400}?\s(?:-k\b|--insecure)"
    r"|strict-ssl\s+false|gpgcheck=0|GIT_SSL_NO_VERIFY|NODE_TLS_REJECT_UNAUTHORIZED=0"
)


def look(image: Image) -> Seen:
    """By the steps of the history and the image's variables."""
    if not image.contents.history and image.contents.config is None:
        return not_applicable("the image has neither history nor config")
    places = [(f"step {number}", step.instruction) for number, step in enumerate(image.contents.history, 1)]
    places += [("ENV", variable) for variable in (image.contents.config.env if image.contents.config else ())]
    found = [f"{place}: {match[0]}" for place, text in places if (match := _TURNED_OFF.search(text))]
    return verdict(found, "no step turns signatures or certificates off")


RULE = Rule(
    name="verifies_what_it_downloads",
    title="Nothing is installed without being verified",
    severity=Severity.HIGH,
    remedy="Leave signatures and certificates checked; where a repository's key is missing, install the key.",
    look=look,
)
