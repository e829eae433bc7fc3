"""Manifests in XML, without what makes XML dangerous: entities and external documents are refused."""

from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from outrider.errors import InvalidInput


def parse(data: bytes, what: str) -> Element:
    """The root element. Raises InvalidInput where it is not XML, or declares entities."""
    try:
        root = defusedxml.ElementTree.fromstring(data)
    except DefusedXmlException:
        raise InvalidInput(f"{what} declares entities, which are not read") from None
    except (ParseError, ValueError, LookupError) as error:  # the latter two: encodings unknown to expat
        raise InvalidInput(f"{what} is not XML: {str(error)[:120]}") from None
    if not isinstance(root, Element):
        raise InvalidInput(f"{what} has no root element")
    return root


def local(element: Element) -> str:
    """An element's name without its namespace; empty for comments and their kin."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: Element, name: str) -> Element | None:
    """The first child of that local name."""
    return next((each for each in element if local(each) == name), None)


def words(element: Element, name: str) -> str:
    """The text of the first child of that local name, trimmed; empty where there is none."""
    found = child(element, name)
    return (found.text or "").strip() if found is not None else ""
