"""All formats. The first that recognises a document reads it."""

from outrider.scan.advisories.formats import (
    alpine_secdb,
    amazon_updateinfo,
    apt_packages,
    debian_lists,
    debian_tracker,
    epss,
    kev,
    nodejs_security_wg,
    osv,
    redhat_csaf,
    ruby_advisory_db,
)
from outrider.scan.advisories.record import Format

FORMATS: tuple[Format, ...] = (
    epss.FORMAT,
    kev.FORMAT,
    debian_lists.FORMAT,
    apt_packages.FORMAT,
    amazon_updateinfo.FORMAT,
    alpine_secdb.FORMAT,
    debian_tracker.FORMAT,
    redhat_csaf.FORMAT,
    ruby_advisory_db.FORMAT,
    nodejs_security_wg.FORMAT,
    osv.FORMAT,
)


def by_name(name: str) -> Format | None:
    """The format of a name, `alpine-secdb`; None: there is none."""
    return next((format_ for format_ in FORMATS if format_.name == name), None)


def recognised(name: str, head: bytes) -> Format | None:
    """The format of a document, by its name within its feed and its first bytes; None: we know none."""
    return next((format_ for format_ in FORMATS if format_.recognises(name, head)), None)
