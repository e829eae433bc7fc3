"""Patch and unpatch of a function: exact in both directions, whatever it is, and no value of it is said."""

import copy
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider.inject import function_names as names
from outrider.inject.function_difference import unified
from outrider.inject.function_patch import FunctionChange, patch_function
from outrider.inject.function_refusals import CodeSigning, Found
from outrider.inject.function_settings import FunctionSettings, Layer
from outrider.inject.function_unpatch import unpatch_function
from outrider.model.event import Mode
from outrider.model.outcome import Covered, Failed, Skipped

HERE = "arn:aws:lambda:eu-west-1:123456789012"
OURS = {
    names.X86_64: Layer(f"{HERE}:layer:outrider-x86_64:7"),
    names.ARM64: Layer(f"{HERE}:layer:outrider-arm64:7"),
}
SETTINGS = FunctionSettings(layers=OURS)
SHAPE = Session().get_service_model("lambda").operation_model("UpdateFunctionConfiguration").input_shape

VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VARIABLES = st.dictionaries(
    st.one_of(
        st.from_regex(r"[A-Z][A-Z0-9_]{2,12}", fullmatch=True),
        st.sampled_from([names.WRAPPER, names.MODE, names.CHAINED, names.LOG, names.POLICY]),
    ),
    VALUES,
    max_size=6,
)
LAYERS = st.lists(
    st.sampled_from(
        [f"{HERE}:layer:{name}:{version}" for name in ("deps", "otel", "x") for version in (1, 2)]
    ),
    unique=True,
    max_size=4,
)
CONFIGURATIONS = st.builds(
    lambda variables, layers, architecture, runtime: configuration(
        Runtime=runtime,
        Architectures=[architecture],
        **({"Environment": {"Variables": variables}} if variables else {}),
        **({"Layers": [{"Arn": arn, "CodeSize": 5} for arn in layers]} if layers else {}),
    ),
    VARIABLES,
    LAYERS,
    st.sampled_from(names.ARCHITECTURES),
    st.sampled_from(["python3.13", "nodejs22.x", "java21", "dotnet8", "ruby3.4", "java8.al2"]),
)
CHOICES = st.builds(
    lambda mode, log, source: FunctionSettings(layers=OURS, mode=mode, log=log, policy_source=source),
    st.sampled_from(list(Mode)),
    st.sampled_from(["deviations", "all"]),
    st.sampled_from(["", "ssm:/p", "s3://bucket/p.policy"]),
)


def configuration(**said: Any) -> dict[str, Any]:
    """What GetFunctionConfiguration answers, as far as it matters."""
    return {
        "FunctionName": "f",
        "FunctionArn": f"{HERE}:function:f",
        "Runtime": "python3.13",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "CodeSize": 1000,
        **said,
    }


def applied(change: FunctionChange) -> Found:
    """The function as AWS would have it after the change."""
    tags = {name: value for name, value in change.found.tags.items() if name != names.MARKER}
    marked = {names.MARKER: names.MARKED} if change.marked else {}
    return Found(change.after, {**tags, **marked}, change.original, change.found.signing)


def essence(configuration: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    return (
        dict((configuration.get("Environment") or {}).get("Variables") or {}),
        [layer["Arn"] for layer in configuration.get("Layers") or []],
    )


@given(CONFIGURATIONS, CHOICES)
def test_patching_what_is_patched_asks_for_nothing(before: dict[str, Any], choice: FunctionSettings) -> None:
    change = patch_function(Found(before), choice)
    if isinstance(change.outcome, Covered):
        again = patch_function(applied(change), choice)
        assert isinstance(again.outcome, Covered)
        assert not again.changes


@given(CONFIGURATIONS, CHOICES, CHOICES)
def test_unpatch_restores_exactly(
    before: dict[str, Any], first: FunctionSettings, second: FunctionSettings
) -> None:
    given_ = copy.deepcopy(before)
    change = patch_function(Found(before), first)
    if not isinstance(change.outcome, Covered):
        return
    upgraded = patch_function(applied(change), second)
    assert isinstance(upgraded.outcome, Covered)
    back = unpatch_function(applied(upgraded))
    assert isinstance(back.outcome, Covered)
    assert essence(back.after) == essence(before)
    assert (back.original, back.marked) == ("", False)
    assert before == given_, "the input was changed"


@given(CONFIGURATIONS, st.from_regex(r"[A-Z]{8}", fullmatch=True), VALUES)
def test_what_came_after_the_patch_stays(before: dict[str, Any], name: str, value: str) -> None:
    found = applied(patch_function(Found(before), SETTINGS))
    variables, layers = essence(dict(found.configuration))
    if names.is_our_layer(layers[-1] if layers else ""):
        later = {**found.configuration, "Environment": {"Variables": {**variables, name: value}}}
        back = unpatch_function(Found(later, found.tags, found.original))
        assert essence(back.after)[0] == {**essence(before)[0], name: value}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(CONFIGURATIONS, CHOICES)
def test_aws_takes_every_update_and_order_is_kept(before: dict[str, Any], choice: FunctionSettings) -> None:
    change = patch_function(Found(before), choice)
    request = {"FunctionName": "f", **change.update}
    assert not ParamValidator().validate(request, SHAPE).has_errors()
    if isinstance(change.outcome, Covered):
        theirs = [arn for arn in essence(change.after)[1] if not names.is_our_layer(arn)]
        assert theirs == essence(before)[1]
        assert names.is_our_layer(essence(change.after)[1][-1])


@given(st.lists(st.text("abcdefghij", min_size=12, max_size=12), min_size=1, max_size=4), CHOICES)
def test_values_are_never_said(secrets: list[str], choice: FunctionSettings) -> None:
    variables = {f"SECRET_{number}": value for number, value in enumerate(secrets)}
    change = patch_function(Found(configuration(Environment={"Variables": variables})), choice)
    said = "\n".join([repr(change), str(change.outcome), *change.warnings, unified(change), change.original])
    assert not any(value in said for value in secrets)


def test_the_wrapper_that_was_there_is_started_by_ours() -> None:
    change = patch_function(
        Found(configuration(Environment={"Variables": {names.WRAPPER: "/opt/otel-handler"}})), SETTINGS
    )
    variables = essence(change.after)[0]
    assert variables[names.WRAPPER] == names.OUR_WRAPPER
    assert variables[names.CHAINED] == "/opt/otel-handler"


@pytest.mark.parametrize(
    ("said", "tags", "reason"),
    [
        ({"PackageType": "Image", "Runtime": ""}, {}, "takes no layers"),
        ({"Runtime": "provided.al2023"}, {}, "without a wrapper"),
        ({"Runtime": "go1.x"}, {}, "Go programs"),
        ({"Runtime": "python3.7"}, {}, "too old"),
        ({"Runtime": "nodejs8.10"}, {}, "too old"),
        ({"MasterArn": "arn"}, {}, "Lambda@Edge"),
        ({}, {names.SKIP: "yes"}, "asked for"),
    ],
)
def test_what_is_skipped_says_why(said: dict[str, Any], tags: dict[str, str], reason: str) -> None:
    change = patch_function(Found(configuration(**said), tags), SETTINGS)
    assert isinstance(change.outcome, Skipped)
    assert reason in change.outcome.reason
    assert not change.changes


ENFORCED = CodeSigning(True, frozenset({"profile"}))


@pytest.mark.parametrize(
    ("said", "signing", "error"),
    [
        ({"Layers": [{"Arn": f"{HERE}:layer:l{n}:1"} for n in range(5)]}, None, "6 layers; Lambda takes 5"),
        ({"Environment": {"Variables": {"A": "x" * 4050}}}, None, "environment variables would measure"),
        ({"Environment": {"Error": {"ErrorCode": "AccessDeniedException"}}}, None, "cannot be read"),
        ({"CodeSize": 263_000_000}, None, "Lambda takes 262144000"),
        ({"State": "Failed"}, None, "its state is Failed"),
        ({"LastUpdateStatus": "Failed"}, None, "its last update is Failed"),
        ({"Runtime": "cobol85"}, None, "not one this version knows"),
        ({"FunctionArn": "arn:aws:lambda:us-east-1:1:function:f"}, None, "the layer in eu-west-1"),
        ({}, ENFORCED, "takes only signed layers"),
    ],
)
def test_what_is_refused_says_what_to_do(said: dict[str, Any], signing: Any, error: str) -> None:
    change = patch_function(Found(configuration(**said), signing=signing), SETTINGS)
    assert isinstance(change.outcome, Failed)
    assert error in change.outcome.error
    assert change.outcome.hint
    assert not change.changes


def test_a_function_that_was_never_patched_is_not_unpatched() -> None:
    assert isinstance(unpatch_function(Found(configuration())).outcome, Skipped)


def test_without_a_record_only_who_says_so_removes() -> None:
    found = applied(patch_function(Found(configuration()), SETTINGS))
    lost = Found(found.configuration, found.tags, "")
    assert isinstance(unpatch_function(lost).outcome, Failed)
    assert essence(unpatch_function(lost, without_original=True).after) == ({}, [])


@given(st.text(max_size=60))
def test_a_record_that_somebody_wrote_is_our_error(text: str) -> None:
    change = unpatch_function(Found(configuration(), original=text))
    assert not isinstance(change.outcome, Covered) or text == ""
