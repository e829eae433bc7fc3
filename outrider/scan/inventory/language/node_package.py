"""Node packages as they lie there: the package.json at the root of each package below node_modules.

Outside of node_modules a package.json with name and version is told of as well: that is how programs come
that were unpacked rather than installed (`/opt/yarn-v1.22.22`), and the application itself. Not so with
`"private": true`: it never came from a registry, and its name would meet the advisories of a stranger. Others
without a name or version (markers such as `{"type": "module"}`, fixtures) are no packages.
"""

import re

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Evidence
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import json_lock, naming, node_manifest
from outrider.scan.inventory.language.listing import found

_WITHIN = "node_modules/"
_ROOTS = re.compile(
    r"\A(?!(?:.*/)?node_modules/)(?:.*/)?package\.json\Z"
    r"|(?:\A|/)node_modules/(?:@[^/]+/)?[^/@.][^/]*/package\.json\Z",
    re.DOTALL,
)


def read(file: File) -> Found:
    """The one package, or none. Raises InvalidInput where an installed one does not say what it is."""
    said = json_lock.parse(file.data, "package.json")
    installed = file.path.startswith(_WITHIN) or f"/{_WITHIN}" in file.path
    name, version = said.get("name"), said.get("version")
    if not isinstance(name, str) or not isinstance(version, str) or not (name and version):
        if installed and ("name" in said or "version" in said or "main" in said):
            raise InvalidInput("package.json has no name or no version")
        return Found()
    if not installed and (said.get("private") is True or not naming.is_exact(version)):
        return Found()
    evidence = Evidence.INSTALLED if installed else Evidence.DECLARED
    return found(
        [node_manifest.package(name, version.lstrip("v="), f"/{file.path}", said, evidence=evidence)]
    )


EXTRACTOR = Extractor(
    name="node_package",
    version=1,
    wants=Wants(names=frozenset({"package.json"}), pattern=_ROOTS),
    limit=limits.PACKAGE_JSON,
    read=read,
)
