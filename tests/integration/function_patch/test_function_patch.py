"""`outrider function patch` and `unpatch` on functions in moto."""

import base64
import json
from pathlib import Path

import pytest
from click.testing import Result
from functions_in_moto import SECRET, Account

from outrider.cli.functions import patch
from outrider.errors import ExitStatus, UsageError

WRAP = "/opt/outrider/bin/wrap"


def test_a_function_gets_layer_and_wrapper_and_keeps_what_it_had(account: Account) -> None:
    deps = account.publish("deps")
    account.function("f", Layers=[deps])
    result = account.patch("f", "--mode", "block")
    assert result.return_value == ExitStatus.OK
    assert result.output.startswith("1 covered, 0 skipped, 0 failed\n")
    state = account.state("f")
    assert state["layers"] == [deps, account.layer]
    assert state["variables"]["AWS_LAMBDA_EXEC_WRAPPER"] == WRAP
    assert state["variables"]["OUTRIDER_MODE"] == "block"
    assert (state["variables"]["PASSWORD"], state["variables"]["A"]) == (SECRET, "")
    assert state["tags"] == {"com.outrider.function": "1"}
    record = account.ssm.get_parameter(Name="/outrider/functions/f")["Parameter"]["Value"]
    assert SECRET not in record


def test_patching_again_changes_nothing(account: Account) -> None:
    account.function("f")
    account.patch("f")
    before = account.state("f")
    assert "nothing to change" in account.patch("f").output
    assert account.state("f") == before
    assert account.patch("f", "--check").return_value == ExitStatus.OK


def test_unpatch_restores_it_exactly(account: Account) -> None:
    account.function("f", Layers=[account.publish("deps")])
    before = account.state("f")
    account.patch("f")
    assert account.state("f") != before
    assert account.unpatch("f").return_value == ExitStatus.OK
    assert account.state("f") == before
    with pytest.raises(account.ssm.exceptions.ParameterNotFound):
        account.ssm.get_parameter(Name="/outrider/functions/f")


def test_unpatch_keeps_what_came_after_the_patch(account: Account) -> None:
    account.function("f")
    before = account.state("f")
    account.patch("f")
    variables = {**account.state("f")["variables"], "NEW": "3"}
    account.client.update_function_configuration(FunctionName="f", Environment={"Variables": variables})
    account.unpatch("f")
    assert account.state("f")["variables"] == {**before["variables"], "NEW": "3"}


def test_a_wrapper_that_was_there_is_chained_and_comes_back(account: Account) -> None:
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/theirs", "X": "1"}
    account.function("f", Environment={"Variables": variables})
    assert "its wrapper chained" in account.patch("f").output
    assert account.state("f")["variables"]["OUTRIDER_WRAPPER"] == "/opt/theirs"
    account.unpatch("f")
    assert account.state("f")["variables"] == variables


@pytest.mark.parametrize("look", ["--dry-run", "--diff", "--check"])
def test_looking_writes_nothing(account: Account, look: str) -> None:
    account.function("f")
    before = account.state("f")
    result = account.patch("f", look)
    assert account.state("f") == before
    assert result.return_value == (ExitStatus.POLICY if look == "--check" else ExitStatus.OK)
    assert account.ssm.describe_parameters()["Parameters"] == []
    if look == "--diff":
        assert f'+    "AWS_LAMBDA_EXEC_WRAPPER": "{WRAP}"' in result.output
        assert '"PASSWORD": "…"' in result.output


def test_what_takes_no_layer_or_no_wrapper_is_skipped_with_a_reason(account: Account) -> None:
    account.function("image", PackageType="Image")
    account.function("go", Runtime="provided.al2023")
    account.function("ruby", Runtime="ruby3.3")
    result = account.patch("--all", "--json")
    said = json.loads(result.stdout)
    assert (said["covered"], said["skipped"], said["failed"]) == (1, 2, 0)
    reasons = {one["subject"]: one["reason"] for one in said["outcomes"] if one["outcome"] == "skipped"}
    assert set(reasons) == {"function image", "function go"}
    assert all(reasons.values())


def test_some_that_fail_are_counted_and_the_others_are_done(account: Account) -> None:
    many = [account.function(f"shop-{number:02}") for number in range(40)]
    for number in (3, 17):
        full = {"LONG": "x" * 4050}
        account.client.update_function_configuration(
            FunctionName=many[number], Environment={"Variables": full}
        )
    account.function("other")
    result = account.patch("--pattern", "shop-*", "no-such-function")
    assert result.output.startswith("38 covered, 0 skipped, 3 failed\n")
    assert result.return_value == ExitStatus.INCOMPLETE
    assert account.state("other")["layers"] == []
    assert account.state(many[0])["layers"] == [account.layer]


def test_by_tag(account: Account) -> None:
    account.function("f", Tags={"team": "shop"})
    account.function("g", Tags={"team": "ops"})
    account.patch("--tag", "team=shop")
    assert account.state("f")["layers"] == [account.layer]
    assert account.state("g")["layers"] == []
    account.unpatch("--tag", "com.outrider.function")
    assert account.state("f") == {**account.state("g"), "tags": {"team": "shop"}}


def test_nobody_and_nothing_are_usage_errors(account: Account) -> None:
    with pytest.raises(UsageError, match="which functions"):
        account.patch()
    with pytest.raises(UsageError, match="no function is named like"):
        account.patch("--pattern", "none-*")


POLICY = """
version: 1
workload: f
counter: 1
containers:
  function:
    mode: block
    rules:
    - {kind: write, action: allow, target: "/tmp/**", why: scratch}
"""


def test_a_small_policy_rides_in_the_environment(account: Account, tmp_path: Path) -> None:
    account.function("f")
    (tmp_path / "p.yaml").write_text(POLICY)
    assert "policy in its environment" in account.patch("f", "--policy", str(tmp_path / "p.yaml")).output
    blob = base64.b64decode(account.state("f")["variables"]["OUTRIDER_POLICY"])
    assert blob.startswith(b"OUTRPOL2")


def test_a_large_policy_gets_a_layer_when_that_is_allowed(account: Account, tmp_path: Path) -> None:
    account.function("f")
    account.function("g")
    rules = "".join(
        f'    - {{kind: write, action: allow, target: "/tmp/{number}", why: scratch}}\n'
        for number in range(60)
    )
    (tmp_path / "p.yaml").write_text(POLICY + rules)
    refused = account.patch("f", "--policy", str(tmp_path / "p.yaml"))
    assert refused.return_value == ExitStatus.INCOMPLETE
    assert "--publish-policy-layer" in refused.output
    account.patch("f", "g", "--policy", str(tmp_path / "p.yaml"), "--publish-policy-layer")
    assert account.state("f")["layers"][0] == account.layer
    assert account.state("f")["layers"] == account.state("g")["layers"]
    assert ":layer:outrider-policy-" in account.state("f")["layers"][1]
    assert "OUTRIDER_POLICY" not in account.state("f")["variables"]


def test_the_layer_is_published_from_its_zip_once(account: Account, tmp_path: Path) -> None:
    account.function("f")
    (tmp_path / "outrider-layer-x86_64.zip").write_bytes(b"PK" + b"\0" * 100)

    def run() -> Result:
        return account.run(patch.command, "--layer-zip", str(tmp_path), "f")

    assert run().return_value == ExitStatus.OK
    first = account.state("f")["layers"]
    assert first[0].endswith(":layer:outrider-x86_64:2")  # the fixture published :1
    assert "nothing to change" in run().output
    assert account.state("f")["layers"] == first


def test_aliases_are_told_of_moved_and_moved_back(account: Account) -> None:
    account.function("f")
    account.client.publish_version(FunctionName="f")
    account.client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    told = account.patch("f")
    assert "alias live runs version 1" in told.output
    account.patch("f", "--publish", "--alias", "live")
    assert account.client.get_alias(FunctionName="f", Name="live")["FunctionVersion"] == "2"
    account.unpatch("f")
    assert account.client.get_alias(FunctionName="f", Name="live")["FunctionVersion"] == "1"
