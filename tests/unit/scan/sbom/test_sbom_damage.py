"""SBOMs that are cut, damaged or hostile: our error or an answer, and nothing else."""

import json
import tracemalloc
from pathlib import Path

import pytest
from golden import report_cases
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.report.registry import FORMATS
from outrider.scan.sbom.read import read

DATA = Path(__file__).parents[3] / "data" / "scan" / "sbom"
WHOLE = {path.name: path.read_bytes() for path in sorted(DATA.iterdir()) if path.suffix != ".md"} | {
    "own.cdx.json": FORMATS["cyclonedx"].render(report_cases.IMAGE).encode(),
    "own.spdx.json": FORMATS["spdx"].render(report_cases.IMAGE).encode(),
}
EVERY = pytest.mark.parametrize("name", WHOLE)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("pkg:deb/debian/a@1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def quietly(data: bytes) -> None:
    """Read it; InvalidInput is an answer."""
    try:
        read(data, "damaged")
    except InvalidInput:
        return


@EVERY
def test_cut_short(name: str) -> None:
    data = WHOLE[name]
    for end in range(0, len(data), max(1, len(data) // 80)):
        quietly(data[:end])


@EVERY
@settings(max_examples=80)
@given(changes=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=8))
def test_bytes_changed(name: str, changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(WHOLE[name])
    for place, value in changes:
        damaged[place % len(damaged)] = value
    quietly(bytes(damaged))


@pytest.mark.parametrize("name", [name for name in WHOLE if name.endswith(".json")])
@settings(max_examples=80)
@given(data=st.data())
def test_values_of_another_kind(name: str, data: st.DataObject) -> None:
    """Somewhere in the document stands something else."""
    document = json.loads(WHOLE[name])
    place = document
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.integers(0, 3)) == 0:
            place[key] = data.draw(VALUES)
            break
        place = place[key]
    quietly(json.dumps(document).encode())


@given(st.binary(max_size=200))
def test_nonsense(data: bytes) -> None:
    for start in (b"", b"{", b"<", b'{"bomFormat":"CycloneDX",', b"SPDXVersion: SPDX-2.3\n"):
        quietly(start + data)


DEEP_XML = b'<bom xmlns="http://cyclonedx.org/schema/bom/1.4">' + b"<components><component>" * 5000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no SBOM"),
        (b"hello", "no SBOM"),
        (b"{}", "no SBOM that we know"),
        (b'{"spdxVersion": "SPDX-3.0"}', "no SBOM that we know"),
        (b"[" * 100_000, "no SBOM"),
        (b'{"a":' * 100_000, "nested deeper"),
        (b"<html/>", "no CycloneDX"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><bom>&b;</bom>', "not XML that we read"),
        (DEEP_XML + b"</component></components>" * 5000 + b"</bom>", "nested deeper"),
        (b"SPDXVersion: SPDX-2.3\nPackageName: <text>no end", "does not end"),
        (b"{" + b"[]," * (limits.SBOM_VALUES + 1), "values"),
        (b"SPDXVersion: SPDX-2.3" + b"\n" * (limits.SBOM_VALUES + 1), "lines"),
    ],
    ids=range(12),
)
def test_refused_with_words(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read(data, "it")


def test_one_over_the_cap_of_bytes_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = WHOLE["syft.cdx.json"]
    monkeypatch.setattr(limits, "SBOM", len(data) - 1)
    with pytest.raises(InvalidInput, match="larger"):
        read(data, "it")
    monkeypatch.setattr(limits, "SBOM", len(data))
    monkeypatch.setattr(limits, "SBOM_PACKAGES", 2)
    with pytest.raises(InvalidInput, match="more than 2 packages"):
        read(data, "it")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outrider:package:evidence", "rumour"),
        ("outrider:package:layer", "true"),
        ("outrider:package:layer", "[]"),
        ("outrider:package:name", ""),
        ("outrider:package:dependencies", '["a", 1]'),
        ("outrider:package:qualifiers", '[["a"]]'),
    ],
)
def test_what_is_carried_is_checked(name: str, value: str) -> None:
    component = {"type": "library", "purl": "pkg:npm/a@1", "properties": [{"name": name, "value": value}]}
    document = {"bomFormat": "CycloneDX", "components": [component]}
    contents = read(json.dumps(document).encode(), "it")
    assert contents.packages == ()
    assert len(contents.outcomes) == 2


def test_a_large_document_takes_bounded_memory() -> None:
    """1,000 packages; the answer and all that it is made of, less than twenty times the document."""
    one = '{"type":"library","bom-ref":"%d","name":"a%d","purl":"pkg:npm/a%d@1.0.%d"}'
    components = ",".join(one % ((number,) * 4) for number in range(1000))
    data = f'{{"bomFormat":"CycloneDX","components":[{components}]}}'.encode()
    tracemalloc.start()
    try:
        assert len(read(data, "it").packages) == 1000
        assert tracemalloc.get_traced_memory()[1] < 20 * len(data)
    finally:
        tracemalloc.stop()
