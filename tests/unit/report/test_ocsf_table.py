"""The table of Athena against what is written; the SQL file and the Glue table against that one source."""

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from outrider.errors import InvalidInput
from outrider.model.envelope import Envelope
from outrider.report import ocsf
from outrider.report.ocsf_table import COLUMNS, PARTITIONS, PLACE, PROJECTION, SERDE
from tests.unit.report.envelopes import DETAILS, HOSTILE, envelope_of

SQL = Path("templates/athena/ocsf_findings.sql")
GLUE = Path("tests/golden/cdk/OutriderReporting.json")


def parts(text: str) -> list[str]:
    """`a:x,b:y<c,d>` → its members."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter == "<") - (letter == ">")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


def paths(kind: str, name: str = "") -> Iterator[tuple[str, str]]:
    """(path, scalar type) of everything in a type of Hive."""
    if kind.startswith("array<"):
        yield from paths(kind[6:-1], f"{name}[]")
    elif kind.startswith("struct<"):
        for member in parts(kind[7:-1]):
            key, _, inner = member.partition(":")
            yield from paths(inner, f"{name}.{key}")
    else:
        yield name, kind


def written(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """(path, scalar type) of everything in an event."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from written(inner, f"{name}.{key}")
        case list():
            for inner in value:
                yield from written(inner, f"{name}[]")
        case bool():
            yield name, "boolean"
        case int():
            yield name, "int" if -(2**31) <= value < 2**31 else "bigint"
        case _:
            yield name, "string"


def table() -> dict[str, str]:
    return {path: kind for name, kind in COLUMNS for path, kind in paths(kind, f".{name}")}


def fits(one: Envelope) -> None:
    known, made = table(), ocsf.event(one)
    for path, kind in written(json.loads(ocsf.line(made)) if made else {}):
        assert known[path] == kind or (known[path], kind) == ("bigint", "int"), path


@pytest.mark.parametrize("name", DETAILS)
def test_everything_that_is_written_has_a_column_of_its_type(name: str) -> None:
    fits(envelope_of(DETAILS[name]))


@settings(max_examples=100, deadline=None)
@given(HOSTILE)
def test_so_has_what_hostile_envelopes_make(one: Envelope) -> None:
    with contextlib.suppress(InvalidInput):
        fits(one)


def test_every_column_is_written_by_some_class() -> None:
    made = [ocsf.event(envelope_of(detail)) for detail in DETAILS.values()]
    seen = {path for one in made if one for path, _ in written(one)}
    assert {path for path in table() if path not in seen} <= {
        ".vulnerabilities[].advisory.uid",  # of an advisory that is no CVE
        ".vulnerabilities[].references[]",
        ".evidences[].actor.process.pid",
    }


def test_an_advisory_that_is_no_cve_is_in_its_column() -> None:
    made = ocsf.event(
        envelope_of({**DETAILS["vulnerability"], "id": "GHSA-1", "references": ["https://a.example"]})
    )
    assert made
    assert {".vulnerabilities[].advisory.uid", ".vulnerabilities[].references[]"} <= dict(
        written(made)
    ).keys()


def test_the_sql_is_the_same_table() -> None:
    text = SQL.read_text()
    body = re.search(r"\((.*?)\n\)\nPARTITIONED BY \((.*?)\)", text, re.DOTALL)
    assert body
    columns = parts(re.sub(r"`|\n\s*|(?<=[,:<])\s+", "", re.sub(r"\n  (?=\w+ )", "", body[1])))
    assert tuple(tuple(column.split(" ", 1)) for column in columns) == COLUMNS
    assert re.findall(r"`(\w+)` string", body[2]) == list(PARTITIONS)
    said = dict(re.findall(r"'([\w.]+)'\s*=\s*'([^']*)'", text))
    assert said == {**PROJECTION, "storage.location.template": f"s3://BUCKET/ocsf/{PLACE}"}
    assert SERDE in text


def test_the_glue_table_is_the_same_table() -> None:
    resources = json.loads(GLUE.read_text())["Resources"].values()
    made = next(one["Properties"] for one in resources if one["Type"] == "AWS::Glue::Table")["TableInput"]
    descriptor = made["StorageDescriptor"]
    assert tuple((one["Name"], one["Type"]) for one in descriptor["Columns"]) == COLUMNS
    assert [(one["Name"], one["Type"]) for one in made["PartitionKeys"]] == [
        (n, "string") for n in PARTITIONS
    ]
    assert PROJECTION.items() <= made["Parameters"].items()
    assert json.dumps(made["Parameters"]["storage.location.template"]).endswith(f'/ocsf/{PLACE}"]]}}')
    assert descriptor["SerdeInfo"]["SerializationLibrary"] == SERDE


def test_events_lie_where_the_table_looks() -> None:
    one = envelope_of(DETAILS["check"])
    made = ocsf.event(one)
    assert made
    place = PLACE.replace("${class}", str(made["class_uid"])).replace("${region}", one.region)
    place = place.replace("${accountid}", one.account).replace("${eventday}", one.time[:10].replace("-", ""))
    assert ocsf.key(one, made) == f"ocsf/{place}{one.id}.json"
    assert str(made["class_uid"]) in PROJECTION["projection.class.values"].split(",")
