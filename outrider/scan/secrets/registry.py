"""Every pattern. Where two of them find the same place, the one that comes first in this list has it."""

from outrider.scan.secrets.pattern import Pattern
from outrider.scan.secrets.patterns import (
    addresses,
    aws,
    azure,
    chat,
    clouds,
    code_hosts,
    files,
    generic,
    google,
    hosting,
    identity,
    infrastructure,
    keys,
    models,
    monitoring,
    package_registries,
    payments,
    work,
)

PATTERNS: tuple[Pattern, ...] = (
    *google.PATTERNS,
    *aws.PATTERNS,
    *azure.PATTERNS,
    *clouds.PATTERNS,
    *code_hosts.PATTERNS,
    *package_registries.PATTERNS,
    *chat.PATTERNS,
    *payments.PATTERNS,
    *monitoring.PATTERNS,
    *hosting.PATTERNS,
    *infrastructure.PATTERNS,
    *work.PATTERNS,
    *models.PATTERNS,
    *identity.PATTERNS,
    *keys.PATTERNS,
    *addresses.PATTERNS,
    *files.PATTERNS,
    *generic.PATTERNS,
)
