"""The one-file template: drift, what it refers to, its parameters, its sizes and its packages."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdk_app import one_file
from cdk_app.bundling import MACHINES, MODULES, Stub
from cdk_app.settings import READERS, Settings
from outrider.errors import UsageError

pytestmark = pytest.mark.whole

PSEUDO = {
    f"AWS::{name}"
    for name in ("AccountId", "Partition", "Region", "StackName", "URLSuffix", "NoValue", "StackId")
}
INLINE, BY_S3, RESOURCES, PARAMETERS = 51_200, 1_000_000, 500, 200
"""CloudFormation's limits: bytes of a template in the request, bytes by S3, resources, parameters."""


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return dict(yaml.safe_load(one_file.TEMPLATE.read_text()))


def intrinsics(value: Any) -> Iterator[tuple[str, Any]]:
    """Every function of CloudFormation below `value`, with its argument."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref" or key.startswith("Fn::"):
                yield key, inner
            yield from intrinsics(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from intrinsics(inner)


def needs(template: dict[str, Any], name: str) -> set[str]:
    """Resources that this one waits for."""
    resource = template["Resources"][name]
    after = resource.get("DependsOn", [])
    found = {after} if isinstance(after, str) else set(after)
    for key, inner in intrinsics(resource):
        found |= {inner} if key == "Ref" else {inner[0]} if key == "Fn::GetAtt" else set()
    return found & template["Resources"].keys()


def test_the_file_is_what_the_command_makes() -> None:
    made = one_file.as_yaml(one_file.template())
    assert made == one_file.TEMPLATE.read_text(), "run: python -m cdk_app.one_file"


def test_yaml_reads_back_what_was_synthesised(template: dict[str, Any]) -> None:
    assert yaml.safe_load(one_file.as_yaml(template)) == template


def test_everything_it_names_is_in_it(template: dict[str, Any]) -> None:
    named = template["Parameters"].keys() | template["Resources"].keys() | PSEUDO
    for key, inner in intrinsics({"R": template["Resources"], "C": template["Conditions"]}):
        assert key in {
            "Ref", "Fn::GetAtt", "Fn::Join", "Fn::If", "Fn::Not", "Fn::Equals", "Fn::Select", "Fn::Split",
        }  # fmt: skip
        if key == "Ref":
            assert inner in named
        if key == "Fn::GetAtt":
            assert inner[0] in template["Resources"]
        if key == "Fn::If":
            assert inner[0] in template["Conditions"]
    for resource in template["Resources"].values():
        assert resource.get("Condition", "") in {"", *template["Conditions"]}


def test_it_imports_nothing_and_needs_no_bootstrap(template: dict[str, Any]) -> None:
    text = one_file.TEMPLATE.read_text()
    assert "Fn::ImportValue" not in text
    assert "BootstrapVersion" not in text
    assert "cdk-hnb659fds" not in text
    assert "Rules" not in template
    assert "Outputs" not in template


def test_nothing_waits_for_itself(template: dict[str, Any]) -> None:
    left = {name: needs(template, name) for name in template["Resources"]}
    while ready := [name for name, wanted in left.items() if not wanted & left.keys()]:
        for name in ready:
            del left[name]
    assert left == {}


def test_a_ring_would_be_seen() -> None:
    ring = {"Resources": {"A": {"P": {"Ref": "B"}}, "B": {"P": {"Fn::GetAtt": ["A", "Arn"]}}}}
    assert needs(ring, "A") == {"B"}
    assert needs(ring, "B") == {"A"}


def test_what_is_there_conditionally_is_referred_to_by_nothing(template: dict[str, Any]) -> None:
    conditional = {name for name, resource in template["Resources"].items() if "Condition" in resource}
    assert {template["Resources"][name]["Type"] for name in conditional} == {
        "AWS::CloudWatch::Alarm",
        "AWS::SNS::Subscription",
        "AWS::IAM::Policy",
    }
    assert not any(conditional & needs(template, name) for name in template["Resources"])


def test_it_keeps_cloudformation_s_limits(template: dict[str, Any]) -> None:
    size = one_file.TEMPLATE.stat().st_size
    assert INLINE < size < BY_S3  # the README says: by S3
    assert len(template["Resources"]) < RESOURCES
    assert len(template["Parameters"]) < PARAMETERS
    assert all(len(words.get("Description", "")) < 4_000 for words in template["Parameters"].values())


def test_defaults_are_as_safe_as_the_app_s(template: dict[str, Any]) -> None:
    for name, (key, allowed) in one_file.CHOICES.items():
        parameter = template["Parameters"][name]
        assert parameter["Default"] == getattr(Settings(), key.replace("-", "_"))
        assert bool(parameter.get("AllowedValues")) != bool(parameter.get("AllowedPattern"))
        assert [READERS[key](value) for value in allowed] == list(allowed)
        with pytest.raises(ValueError, match=r"one of|/…|URL|address|digest|true"):
            READERS[key]("nothing of the kind, surely")


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        one_file.main(["--nothing"])
    assert "--packages" in capsys.readouterr().err


def test_packages_are_the_same_bytes_each_time_under_names_of_their_content(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    found = one_file.packages(Stub(), one)
    assert found == one_file.packages(Stub(), other)
    files = {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()}
    assert files == {
        path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()
    }
    wanted = {f"functions-{found[one_file.FUNCTIONS]}/{name}.zip" for name in MODULES}
    wanted |= {f"layers-{found[one_file.LAYERS]}/{name}.zip" for name in MACHINES}
    assert {str(path) for path in files} == {*wanted, "parameters"}
    assert (one / "parameters").read_text().split() == [f"{name}={value}" for name, value in found.items()]


def test_another_content_has_another_name(tmp_path: Path) -> None:
    class Other(Stub):
        def layer(self, architecture: str, output: Path) -> None:
            (output / "wrap").write_text("x")
            (output / "wrap").chmod(0o755)

    stub, other = one_file.packages(Stub(), tmp_path), one_file.packages(Other(), tmp_path)
    assert stub[one_file.FUNCTIONS] == other[one_file.FUNCTIONS]
    assert stub[one_file.LAYERS] != other[one_file.LAYERS]
    with zipfile.ZipFile(tmp_path / f"layers-{other[one_file.LAYERS]}" / "arm64.zip") as archive:
        assert archive.infolist()[0].external_attr >> 16 == 0o100755


def test_the_template_asks_for_the_names_that_packages_have(template: dict[str, Any]) -> None:
    keys = {
        json.dumps(resource["Properties"][field]["S3Key"])
        for resource in template["Resources"].values()
        for field in ("Code", "Content")
        if resource["Type"] in ("AWS::Lambda::Function", "AWS::Lambda::LayerVersion")
        and field in resource["Properties"]
    }
    assert len(keys) == len(MODULES) + len(MACHINES)
    for name in (*MODULES, *MACHINES):
        assert any(f'"/{name}.zip"' in key for key in keys)


def test_an_error_of_bundling_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> dict[str, str]:
        raise UsageError("no wheel")

    monkeypatch.setattr(one_file, "packages", refuse)
    assert one_file.main(["--packages", "x"]) == UsageError.exit_status
    assert "no wheel" in capsys.readouterr().err
