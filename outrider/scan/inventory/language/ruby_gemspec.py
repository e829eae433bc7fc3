"""Installed gems: `specifications/NAME-VERSION.gemspec`, which RubyGems writes in one fixed form.

It is Ruby, and it is never run: only literal assignments are read (`s.name = "rake".freeze`), as
`Gem::Specification#to_ruby` writes them, and the comment `# stub: name version platform` above.
Gemspecs elsewhere belong to sources and compute their values.
"""

import re

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import naming
from outrider.scan.inventory.language.listing import found, names

_STUB = re.compile(r"^# stub: (\S+) (\S+) (\S+)", re.MULTILINE)
_TEXT = r'(?:"((?:[^"\\\n]|\\.)*+)"|%q<([^>\n]*+)>)'
_ASSIGNED = re.compile(
    rf"^ {{2}}s\.(name|version|license|platform) = (?:Gem::Version\.new\()?{_TEXT}", re.MULTILINE
)
_LICENCES = re.compile(r"^ {2}s\.licenses = \[([^\]\n]*+)\]", re.MULTILINE)
_NEEDED = re.compile(rf"^ +s\.add_(?:runtime_)?dependency\(? ?{_TEXT}", re.MULTILINE)
_ANY = re.compile(_TEXT)
_DEVELOPMENT = re.compile(rf"^ +s\.add_development_dependency\(? ?{_TEXT}", re.MULTILINE)


def read(file: File) -> Found:
    """The one gem. Raises InvalidInput where it does not say name and version in that form."""
    text = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    said = {match[1]: match[2] or match[3] or "" for match in reversed(list(_ASSIGNED.finditer(text)))}
    stub = _STUB.search(text)
    name = said.get("name") or (stub[1] if stub else "")
    version = said.get("version") or (stub[2] if stub else "")
    if not naming.is_name(name) or not naming.is_exact(version):
        raise InvalidInput("the gemspec has no literal name and version")
    platform = stub[3] if stub else said.get("platform", "ruby")
    package = Package(
        type="gem",
        name=name,
        version=version,
        qualifiers=(("platform", platform),) if platform != "ruby" and naming.is_name(platform) else (),
        licence=_licence(text) or naming.licence(said.get("license")),
        dependencies=_dependencies(text),
        path=f"/{file.path}",
    )
    return found([package])


def _licence(text: str) -> str:
    """Several licences of a gem are a choice
    (https://guides.rubygems.org/specification-reference/#licenses)."""
    listed = _LICENCES.search(text)
    kinds = [match[1] or match[2] for match in _ANY.finditer(listed[1])] if listed else []
    return naming.licence(" OR ".join(kind for kind in kinds if kind))


def _dependencies(text: str) -> tuple[str, ...]:
    """What it needs to run. Old RubyGems wrote development dependencies again as plain ones in an `else`
    branch."""
    development = {match[1] or match[2] for match in _DEVELOPMENT.finditer(text)}
    needed = (match[1] or match[2] for match in _NEEDED.finditer(text))
    return names(name for name in needed if name not in development)


EXTRACTOR = Extractor(
    name="ruby_gemspec",
    version=1,
    wants=Wants(
        endings=frozenset({".gemspec"}),
        pattern=re.compile(r"(?:\A|/)specifications/(?:default/)?[^/]+\.gemspec\Z"),
    ),
    limit=limits.PACKAGE_METADATA,
    read=read,
)
