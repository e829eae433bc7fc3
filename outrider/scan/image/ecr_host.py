"""Host names of private ECR registries: whose, and in which region."""

import re
from dataclasses import dataclass

_HOST = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z]{2,3}(?:-[a-z]+)+-\d)"
    r"\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class EcrHost:
    """What the name says."""

    account: str
    region: str


def parse(host: str) -> EcrHost | None:
    """Read a host name, of whatever partition or address family; None: it is not ECR's."""
    found = _HOST.fullmatch(host)
    return EcrHost(found["account"], found["region"]) if found else None
