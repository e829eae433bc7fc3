"""CycloneDX in XML, given the form of its JSON so that one reader serves both.

https://cyclonedx.org/docs/1.6/xml/. defusedxml refuses entities and document types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outrider import limits
from outrider.errors import InvalidInput

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMESPACE = "http://cyclonedx.org/schema/bom/"


def parse(data: bytes, name: str) -> dict[str, Any]:
    """The parts of the document that a reader of components asks for. Raises InvalidInput: not well-formed,
    not CycloneDX, or nested too deep. The caller has capped size and elements."""
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415 - only where an SBOM is XML

    from defusedxml.common import DefusedXmlException  # noqa: PLC0415
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InvalidInput(f"{name} is not XML that we read: {error}") from None
    namespace, _, tag = root.tag.rpartition("}")
    if tag != "bom" or not namespace.startswith("{" + NAMESPACE):
        raise InvalidInput(f"{name} is XML, but no CycloneDX document")
    return {
        "specVersion": namespace.rpartition("/")[2],
        "metadata": {"component": _component(found)}
        if (found := root.find("{*}metadata/{*}component")) is not None
        else {},
        "components": [_component(one) for one in root.findall("{*}components/{*}component")],
        "dependencies": [
            {"ref": one.get("ref"), "dependsOn": [each.get("ref") for each in one.findall("{*}dependency")]}
            for one in root.findall("{*}dependencies/{*}dependency")
        ],
    }


def _component(element: Element, depth: int = 0) -> dict[str, Any]:
    """One component, and those inside it."""
    if depth > limits.DOCUMENT_DEPTH:
        raise InvalidInput(f"components are nested deeper than {limits.DOCUMENT_DEPTH} levels")
    told: dict[str, Any] = {"type": element.get("type"), "bom-ref": element.get("bom-ref")}
    for key in ("group", "name", "version", "description", "scope", "purl"):
        told[key] = element.findtext(f"{{*}}{key}", "").strip()
    told["licenses"] = [_licence(one) for one in element.findall("{*}licenses/*")]
    told["properties"] = [
        {"name": one.get("name"), "value": one.text or ""}
        for one in element.findall("{*}properties/{*}property")
    ]
    told["evidence"] = {
        "occurrences": [
            {"location": one.findtext("{*}location", "")}
            for one in element.findall("{*}evidence/{*}occurrences/{*}occurrence")
        ]
    }
    inner = element.findall("{*}components/{*}component")
    told["components"] = [_component(one, depth + 1) for one in inner]
    return told


def _licence(element: Element) -> dict[str, Any]:
    if element.tag.rpartition("}")[2] == "expression":
        return {"expression": (element.text or "").strip()}
    return {"license": {key: element.findtext(f"{{*}}{key}", "").strip() for key in ("id", "name")}}
