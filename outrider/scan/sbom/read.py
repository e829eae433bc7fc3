"""An SBOM of any kind: which one it is, and what it lists.

To add a kind: 1. write `NAME.py` here with `read(document, name) -> Contents` for the parsed document; 2.
recognise it in `_contents`; 3. put a document of it, made by hand in the form its tools write, into
tests/data/scan/sbom/;
4. say in tests/unit/scan/sbom/ what is found in it.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.artifact import Contents
from outrider.scan.sbom import cyclonedx, cyclonedx_xml, spdx, spdx_tag_value

_HINT = "CycloneDX (JSON or XML) and SPDX 2.2 and 2.3 (JSON or tag-value) are understood."


def read(data: bytes, name: str) -> Contents:
    """What the SBOM called `name` lists; its `kind` is SBOM and its digest that of `data`.

    Raises InvalidInput: over a cap of `limits` (SBOM, SBOM_VALUES, SBOM_PACKAGES), not well-formed, of no
    kind that we know, or carrying properties of ours that make no sense.
    """
    if len(data) > limits.SBOM:
        raise InvalidInput(f"{name} is larger than {limits.SBOM >> 20} MiB")
    if sum(map(data.count, (b"[", b"{", b"<"))) > limits.SBOM_VALUES:
        raise InvalidInput(f"{name} has more than {limits.SBOM_VALUES} values")
    return replace(_contents(data, name), digest=f"sha256:{sha256(data).hexdigest()}")


def _contents(data: bytes, name: str) -> Contents:
    """By the first character that is not white space."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1]
    if start == b"<":
        return cyclonedx.read(cyclonedx_xml.parse(data, name), name)
    if start == b"{":
        return _json(json_document.parse(data, name), name)
    if spdx_tag_value.recognised(data):
        return spdx.read(spdx_tag_value.parse(data, name), name)
    raise InvalidInput(f"{name} is no SBOM", hint=_HINT)


def _json(document: dict[str, Any], name: str) -> Contents:
    """A CycloneDX or SPDX document, bare, as the predicate of an in-toto statement, or in GitHub's
    envelope."""
    for inner in (document, document.get("predicate"), document.get("sbom")):
        if isinstance(inner, dict):
            if inner.get("bomFormat") == "CycloneDX":
                return cyclonedx.read(inner, name)
            if str(inner.get("spdxVersion", "")).startswith("SPDX-2."):
                return spdx.read(inner, name)
    raise InvalidInput(f"{name} is JSON, but no SBOM that we know", hint=_HINT)
