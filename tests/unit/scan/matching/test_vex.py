import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.finding import Vulnerability
from outrider.model.package import Package
from outrider.scan.matching import vex

DIGEST = "sha256:" + "a" * 64
OPENSSL = Package(
    type="deb", name="libssl3", version="3.0.11-1", source_name="openssl", qualifiers=(("arch", "amd64"),)
)
REQUESTS = Package(type="pypi", name="requests", version="2.31.0")


def finding(package: Package, identity: str = "CVE-2024-1", **more: Any) -> Vulnerability:
    return Vulnerability(id=identity, package=package, **more)


def statement(status: str = "not_affected", **more: Any) -> dict[str, Any]:
    entry = {
        "vulnerability": {"name": "CVE-2024-1"},
        "products": [{"@id": "pkg:deb/debian/libssl3@3.0.11-1"}],
        "status": status,
    }
    if status == "not_affected":
        entry["justification"] = "vulnerable_code_not_present"
    return {**entry, **more}


def document(*statements: dict[str, Any], **more: Any) -> bytes:
    whole = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.com/vex-1",
        "author": "Example",
        "timestamp": "2024-05-01T00:00:00Z",
        "version": 1,
        "statements": list(statements),
    }
    return json.dumps({**whole, **more}).encode()


def stands(one: Vulnerability, *statements: dict[str, Any], artifact: tuple[str, ...] = ()) -> bool:
    kept, taken = vex.apply([one], vex.parse(document(*statements), "vex.json"), artifact)
    assert len(kept) + len(taken) == 1
    return bool(kept)


def test_not_affected_takes_a_finding_away_and_says_why() -> None:
    one = finding(OPENSSL)
    kept, taken = vex.apply([one, finding(REQUESTS)], vex.parse(document(statement()), "vex.json"))
    assert kept == (finding(REQUESTS),)
    assert [(gone.finding, gone.reason) for gone in taken] == [
        (one, "not affected: vulnerable_code_not_present")
    ]
    assert taken[0].statement.author == "Example"


def test_by_alias_on_either_side() -> None:
    ghsa = statement(vulnerability={"name": "GHSA-x", "aliases": ["CVE-2024-1"]})
    assert not stands(finding(OPENSSL), ghsa)
    assert not stands(finding(OPENSSL, "CVE-2024-9", aliases=("GHSA-x",)), ghsa)
    assert stands(finding(OPENSSL, "CVE-2024-9"), ghsa)
    assert not stands(finding(OPENSSL), statement(vulnerability="CVE-2024-1"))


@pytest.mark.parametrize(
    ("identity", "covered"),
    [
        ("pkg:deb/debian/libssl3@3.0.11-1?arch=amd64", True),
        ("pkg:deb/debian/libssl3@3.0.11-1?arch=arm64", False),
        ("pkg:deb/debian/libssl3", True),
        ("pkg:deb/debian/openssl@3.0.11-1", True),
        ("pkg:deb/debian/libssl3@3.0.12-1", False),
        ("pkg:rpm/debian/libssl3", False),
        ("pkg:deb/debian/curl", False),
        ("pkg:nonsense", False),
        ("libssl3", False),
        ("", False),
    ],
)
def test_products(identity: str, covered: bool) -> None:
    assert stands(finding(OPENSSL), statement(products=[{"@id": identity}])) != covered
    by_identifier = [{"@id": "urn:x", "identifiers": {"purl": identity}}]
    assert stands(finding(OPENSSL), statement(products=by_identifier)) != covered


def test_parts_of_the_artifact_and_the_artifact_as_a_whole() -> None:
    image = {"@id": "pkg:oci/shop", "hashes": {"sha-256": DIGEST}}
    part = {**image, "subcomponents": [{"@id": "pkg:deb/debian/libssl3"}]}
    assert not stands(finding(OPENSSL), statement(products=[image]), artifact=(DIGEST,))
    assert not stands(finding(OPENSSL), statement(products=[part]), artifact=(DIGEST,))
    assert stands(finding(REQUESTS), statement(products=[part]), artifact=(DIGEST,))
    assert stands(finding(OPENSSL), statement(products=[part]), artifact=("sha256:other",))


def test_no_product_no_word() -> None:
    assert stands(finding(OPENSSL), statement(products=[]))
    assert stands(finding(OPENSSL), statement(products=None))


def test_the_latest_statement_counts() -> None:
    early = statement(timestamp="2024-01-01T00:00:00Z")
    late = statement("affected", timestamp="2024-06-01T00:00:00Z")
    kept, taken = vex.apply([finding(OPENSSL, status="no-dsa")], vex.parse(document(late, early), "vex.json"))
    assert [one.status for one in kept] == ["no-dsa, VEX: affected"]
    assert not taken
    assert not stands(finding(OPENSSL), {**early, "timestamp": "2024-07-01T00:00:00Z"}, late)
    assert not stands(finding(OPENSSL), statement("fixed"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        document(statement("harmless")),
        document({**statement(), "justification": ""}),
        document(statement(vulnerability={})),
        document(statement(vulnerability=5)),
        document(statement(products=[5])),
        document(**{"@context": "https://cyclonedx.org"}),
        document(statements={}),
        document(statements=[1]),
        b" " * (limits.VEX_DOCUMENT + 1),
    ],
)
def test_what_is_no_openvex(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        vex.parse(data, "vex.json")


def test_the_number_of_statements_is_capped() -> None:
    with pytest.raises(InvalidInput, match="statements"):
        vex.parse(document(statements=[0] * (limits.VEX_STATEMENTS + 1)), "vex.json")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("pkg:deb/debian/libssl3"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@id", "name", "aliases", "identifiers", "subcomponents", "purl"]), inner
        )
    ),
    max_leaves=8,
)


@given(vulnerability=VALUES, products=VALUES, status=st.sampled_from(["fixed", "affected", "x"]) | VALUES)
def test_any_shape_is_read_or_refused(vulnerability: Any, products: Any, status: Any) -> None:
    data = document({"vulnerability": vulnerability, "products": products, "status": status})
    try:
        statements = vex.parse(data, "vex.json")
    except InvalidInput:
        return
    vex.apply([finding(OPENSSL)], statements)
