"""Reading a task definition: what is taken, what is refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput, OutriderError, UsageError
from outrider.inject.document import load, register_form

from .samples import patch, task, web

TEMPLATE = """AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: !Ref Name
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_in_any_unicode_encoding_is_read(encoding: str) -> None:
    assert load(json.dumps(task()).encode(encoding)) == task()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TEMPLATE.encode(), "CloudFormation"),
        (b"Resources:\n  X:\n    Type: AWS::ECS::TaskDefinition\n", "CloudFormation"),
        (b"family: shop\ncontainerDefinitions:\n- name: web\n", "YAML"),
        (b"---\nfamily: shop\n", "YAML"),
        (b"# a comment\nfamily: shop\n", "YAML"),
        (b"[]", "a whole task definition is wanted"),
    ],
)
def test_forms_of_later_versions_are_refused_by_name(data: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        load(data)
    assert caught.value.hint


@pytest.mark.parametrize(
    "template",
    [
        {"Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition"}}},
        {"AWSTemplateFormatVersion": "2010-09-09"},
        {"Type": "AWS::ECS::TaskDefinition", "Properties": {}},
        {"Family": "shop", "ContainerDefinitions": []},
    ],
)
def test_cloudformation_as_json_is_refused_by_name(template: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="CloudFormation"):
        register_form(load(json.dumps(template).encode()))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"{", "line 1, column 2"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "too large"),
        (b'"text"', "not a JSON object"),
        (b"\xff\xff\xff", "not JSON"),
        (b'{"a": "\\ud800"}', "not Unicode"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "deeper"),
        (b"[" * 100_000, "deeper|not JSON"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "not JSON"),
        (b" " * (limits.TASK_DEFINITION + 1), "larger"),
    ],
)
def test_what_is_no_task_definition_is_said_to_be_none(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        register_form(load(data))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"family": "x"}, "no containerDefinitions"),
        ({"containerDefinitions": []}, "at least one"),
        ({"containerDefinitions": ["web"]}, "at least one object"),
        ({"containerDefinitions": [{}]}, "container 1 has no name"),
        (task(web(entryPoint="/bin/sh -c x")), "entryPoint is not a list of strings"),
        (task(web(command=[1])), "container web: command"),
        (task(web(dependsOn=[{"containerName": 1}])), "dependsOn: containerName is not text"),
        (task(web(linuxParameters={"capabilities": []})), "capabilities is not an object"),
        (task(web(dockerLabels={"a": 1})), "values are strings"),
        (task(volumes={}), "volumes is not a list"),
        (task(cpu=256), "cpu is not text"),
        (task(runtimePlatform={"cpuArchitecture": ["ARM64"]}), "cpuArchitecture is not text"),
        (task(tags=[{"key": {}}]), "tags: key is not text"),
    ],
)
def test_a_field_of_the_wrong_form_is_named(document: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        register_form(document)


def test_a_definition_of_a_cloudformation_stack_is_patched_and_the_drift_is_said() -> None:
    tags = [{"key": "aws:cloudformation:stack-name", "value": "prod"}, {"key": "team", "value": "a"}]
    result = patch({"taskDefinition": task(), "tags": tags})
    assert result.document["tags"] == [{"key": "team", "value": "a"}]
    assert any("stack prod owns" in warning for warning in result.warnings)
    result = patch(task(tags=[{"key": "aws:x", "value": "y"}]))
    assert "tags" not in result.document
    assert any("only AWS may set them" in warning for warning in result.warnings)


@hypothesis_settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
)
def test_any_bytes_give_a_document_or_an_error_of_ours(data: bytes) -> None:
    try:
        register_form(load(data))
    except OutriderError as error:
        assert error.message
