"""Lists of programs: from a report, to a file, and back; nothing but our errors for anything else."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.policy.programs import Program, ProgramList, dump, of_report, parse

HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
LISTS = st.builds(
    ProgramList,
    st.just("") | HASHES.map("sha256:{}".format),
    st.lists(
        st.builds(Program, TEXTS, HASHES, st.integers(0, 0o7777)), min_size=1, max_size=8, unique=True
    ).map(lambda programs: tuple(sorted(programs))),
)
REPORT: dict[str, Any] = {
    "artifact": {"kind": "image", "digest": "sha256:" + "ab" * 32},
    "executables": [
        {"path": "/bin/su", "sha256": "22" * 32, "mode": 0o4755},
        {"path": "/bin/sh", "sha256": "11" * 32, "mode": 0o755},
        {"path": "/bin/dash", "sha256": "11" * 32, "mode": 0o755},
    ],
}


@given(LISTS)
def test_round_trip(listed: ProgramList) -> None:
    assert parse(dump(listed)) == listed
    assert list(listed.hashes) == sorted(set(listed.hashes))


def test_of_a_report() -> None:
    listed = of_report(json.dumps(REPORT).encode())
    assert [program.path for program in listed.programs] == ["/bin/dash", "/bin/sh", "/bin/su"]
    assert listed.hashes == (bytes.fromhex("11" * 32), bytes.fromhex("22" * 32))
    assert listed.image == "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    "change",
    [
        {"artifact": {"kind": "function", "digest": ""}},
        {"artifact": {"kind": "image", "digest": "latest"}},
        {"executables": []},
        {"executables": [{"path": "/x", "sha256": "11", "mode": 1}]},
        {"executables": [{"path": "", "sha256": "11" * 32, "mode": 1}]},
        {"executables": [{"path": "/x", "sha256": "11" * 32, "mode": 1 << 20}]},
        {"executables": ["/x"]},
        {"executables": None},
    ],
    ids=str,
)
def test_reports_that_give_none(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        of_report(json.dumps(REPORT | change).encode())


@given(st.binary(max_size=80) | st.recursive(st.none() | st.integers() | TEXTS, st.lists).map(json.dumps))
def test_anything_else(data: bytes | str) -> None:
    raw = data.encode() if isinstance(data, str) else data
    for read in (parse, of_report):
        with contextlib.suppress(InvalidInput):
            read(raw)
    rows = (
        json.dumps({"schema": "outrider.programs/1", "image": "", "programs": json.loads(data)})
        if (isinstance(data, str))
        else "{}"
    )
    with contextlib.suppress(InvalidInput):
        parse(rows.encode())


def test_too_many() -> None:
    rows = [[f"{place:064x}", 0o755, "/x"] for place in range(20_001)]
    with pytest.raises(InvalidInput, match="20001 programs"):
        parse(json.dumps({"schema": "outrider.programs/1", "image": "", "programs": rows}).encode())
