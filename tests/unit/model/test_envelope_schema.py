"""The published schema and the reader agree on what an envelope is."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from outrider.errors import InvalidInput
from outrider.model import envelope
from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic

SCHEMA = json.loads(Path("templates/report/envelope.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
ENVELOPES = st.builds(
    Envelope,
    topic=st.sampled_from(Topic),
    id=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    time=st.just("2026-11-24T01:02:03.5Z"),
    account=st.just("123456789012"),
    region=st.sampled_from(["eu-west-1", "us-gov-east-1", "us-iso-east-1"]),
    program=st.sampled_from(["scanner", "layer"]),
    subject=st.builds(
        Subject, kind=st.sampled_from(SubjectKind), id=WORDS.filter(bool), name=WORDS, container=WORDS
    ),
    detail=st.dictionaries(WORDS, JSON, max_size=3),
)
NEAR = st.sampled_from(
    ["", "x" * 2049, "٣" * 12, "1" * 12 + "\n", "a" * 64, "A" * 64, "eu-west-1\n", True, 1, 1.0, 2, [], {}]
)


@given(ENVELOPES)
@settings(max_examples=40, deadline=None)
def test_what_is_dumped_conforms_and_is_read_back(one: Envelope) -> None:
    document = envelope.dump(one)
    VALIDATOR.validate(document)
    assert envelope.load(json.dumps(document)) == one


@given(
    ENVELOPES,
    st.sampled_from([*SCHEMA["required"], "more"]),
    st.sampled_from([None, "kind", "id", "name", "digest", "container", "more"]),
    NEAR | JSON,
    st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_reader_and_schema_agree(
    one: Envelope, field: str, inner: str | None, value: Any, gone: bool
) -> None:
    document = json.loads(json.dumps(envelope.dump(one)))
    place, name = (document["subject"], inner) if field == "subject" and inner else (document, field)
    place[name] = value
    if gone:
        del place[name]
    try:
        envelope.read(document)
        read = True
    except InvalidInput:
        read = False
    assert read == VALIDATOR.is_valid(document)


def test_the_schema_lists_every_topic_and_kind() -> None:
    properties = SCHEMA["properties"]
    assert properties["topic"]["enum"] == [topic.value for topic in Topic]
    assert properties["subject"]["properties"]["kind"]["enum"] == [kind.value for kind in SubjectKind]
