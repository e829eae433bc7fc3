"""Maven's pom.xml: the dependencies with an exact version, as far as the one file tells.

Properties are put in where the same file defines them. Versions that a parent or an imported list of versions
decides are not known here: such dependencies are told of by name. The project itself is not listed: what is
built of it has better witnesses (`java_archive`). https://maven.apache.org/pom.html
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import naming, places
from outrider.scan.inventory.language.listing import found
from outrider.scan.inventory.language.xml_manifest import child, local, parse, words

_PROPERTY = re.compile(r"\$\{([^${}]{1,200})\}")
_ROUNDS = 4
"""Properties made of properties; deeper ones stay as they are and so make no version."""


def read(file: File) -> Found:
    """The dependencies. Raises InvalidInput where it is not XML."""
    project = parse(file.data, "pom.xml")
    return found(_dependencies(project, _properties(project), f"/{file.path}"))


def _properties(project: Element) -> dict[str, str]:
    """What `${…}` may stand for: the project's own coordinates, a parent's as fall-back, and its
    properties."""
    values: dict[str, str] = {}
    parent = child(project, "parent")
    for key in ("groupId", "artifactId", "version"):
        inherited = words(parent, key) if parent is not None else ""
        own = words(project, key) or ("" if key == "artifactId" else inherited)
        values |= {f"project.{key}": own, f"pom.{key}": own, f"project.parent.{key}": inherited}
    stated = child(project, "properties")
    if stated is not None:
        values |= {local(each): (each.text or "").strip() for each in stated if local(each)}
    return values


def _filled(value: str, properties: dict[str, str]) -> str:
    """`${log4j.version}` as `2.14.1`; what is not known stays."""
    for _ in range(_ROUNDS):
        filled = _PROPERTY.sub(lambda match: properties.get(match[1], match[0]), value)
        if filled == value or len(filled) > limits.VERSION:
            break
        value = filled
    return value


def _dependencies(project: Element, properties: dict[str, str], path: str) -> Iterator[Package | str]:
    """Each dependency; a managed version of the same file counts where it states none itself."""
    management = child(project, "dependencyManagement")
    managed = (
        {_coordinates(each, properties): each for each in _listed(management)}
        if management is not None
        else {}
    )
    for each in _listed(project):
        group, artifact = _coordinates(each, properties)
        stated = words(each, "version") or words(managed.get((group, artifact), each), "version")
        version = _filled(stated, properties)
        if not naming.is_exact(version):
            yield f"{group}:{artifact}"
            continue
        yield Package(
            type="maven",
            namespace=group,
            name=artifact,
            version=version,
            evidence=Evidence.DECLARED,
            development=words(each, "scope") == "test",
            path=path,
        )


def _listed(element: Element) -> list[Element]:
    """The dependencies directly within."""
    dependencies = child(element, "dependencies")
    return [each for each in dependencies if local(each) == "dependency"] if dependencies is not None else []


def _coordinates(element: Element, properties: dict[str, str]) -> tuple[str, str]:
    return (_filled(words(element, "groupId"), properties), _filled(words(element, "artifactId"), properties))


EXTRACTOR = Extractor(
    name="pom_xml",
    version=1,
    wants=Wants(names=frozenset({"pom.xml"}), pattern=places.outside(r"pom\.xml")),
    limit=limits.PACKAGE_JSON,
    read=read,
)
