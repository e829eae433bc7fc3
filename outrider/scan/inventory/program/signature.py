"""Programs that came without any package metadata, known by what they say about themselves.

Official images compile what they are named for into `/usr/local`: no package manager knows of it.
"""

import re

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.program import elf, signatures


def read(file: File) -> Found:
    """One package of type `generic`; nothing for a program without the banner that its name promises."""
    known = signatures.of(file.path)
    if known is None or not file.data.startswith(elf.MAGIC):
        return Found()
    return told(file.path, known.signature, known.versions(file.data))


def told(path: str, signature: signatures.Signature, versions: set[str]) -> Found:
    """What the versions found in one program mean: one is its version, and of several none can be
    trusted."""
    if len(versions) > 1:
        named = ", ".join(sorted(versions)[:5])
        return Found(problems=(f"as {signature.package} it names several versions: {named}",))
    return Found(
        packages=tuple(
            Package(
                type="generic",
                name=signature.package,
                version=version,
                evidence=Evidence.SIGNATURE,
                path=f"/{path}",
            )
            for version in versions
        )
    )


EXTRACTOR = Extractor(
    name="signature",
    version=1,
    wants=Wants(
        programs=True,
        pattern=re.compile(
            "(?:^|/)(?:" + "|".join(one.files.pattern for one in signatures.SIGNATURES) + ")$"
        ),
    ),
    limit=limits.PROGRAM_WHOLE,
    read=read,
)
