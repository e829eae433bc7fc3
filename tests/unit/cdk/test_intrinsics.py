"""What only CloudFormation knows is hidden and comes back; nothing else is touched."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from outrider.cdk.intrinsics import Hidden, is_hidden, is_intrinsic, readable

FUNCTIONS = st.one_of(
    st.builds(lambda name: {"Ref": name}, st.text(max_size=5)),
    st.builds(lambda name: {"Fn::GetAtt": [name, "Arn"]}, st.text(max_size=5)),
    st.builds(lambda name: {"Fn::If": [name, {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}, st.text(max_size=5)),
)
TEXT = st.one_of(st.text(st.characters(exclude_categories=["Co"]), max_size=6), FUNCTIONS)
WORDS = st.one_of(FUNCTIONS, st.lists(TEXT, max_size=3))
CONTAINERS = st.fixed_dictionaries(
    {"name": TEXT},
    optional={
        "image": TEXT,
        "entryPoint": st.lists(TEXT, max_size=3),
        "command": WORDS,
        "dockerLabels": st.dictionaries(st.text(max_size=4), TEXT, max_size=2),
        "environment": st.lists(st.one_of(FUNCTIONS, st.fixed_dictionaries({"name": TEXT})), max_size=2),
        "linuxParameters": st.one_of(FUNCTIONS, st.fixed_dictionaries({"capabilities": FUNCTIONS})),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"containerDefinitions": st.lists(CONTAINERS, max_size=3)},
    optional={
        "family": TEXT,
        "cpu": TEXT,
        "tags": st.lists(st.fixed_dictionaries({"key": TEXT}), max_size=2),
    },
)


@given(DOCUMENTS)
def test_hidden_and_restored_is_what_it_was(document: dict[str, Any]) -> None:
    hidden = Hidden()
    assert hidden.restored(hidden.task(document)) == document


@given(DOCUMENTS)
def test_where_text_is_read_there_is_text(document: dict[str, Any]) -> None:
    plain = Hidden().task(document)
    for container in plain["containerDefinitions"]:
        assert isinstance(container["name"], str)
        assert all(isinstance(word, str) for word in container.get("command", []))
        assert all(isinstance(word, str) for word in container.get("dockerLabels", {}).values())


def test_a_list_of_one_function_is_not_a_function_in_place_of_a_list() -> None:
    for command in ({"Ref": "Words"}, [{"Ref": "Word"}]):
        document = {"containerDefinitions": [{"name": "web", "command": command}]}
        hidden = Hidden()
        assert hidden.restored(hidden.task(document)) == document


def test_only_functions_are_functions() -> None:
    assert is_intrinsic({"Ref": "A"})
    assert not is_intrinsic({"Ref": "A", "Other": 1})
    assert not is_intrinsic({"reference": "A"})
    assert not is_intrinsic("Ref")


def test_messages_are_readable() -> None:
    placeholder = Hidden().text({"Ref": "A"})
    assert is_hidden(placeholder)
    assert readable(f"container {placeholder}") == "container (known at deployment)"
