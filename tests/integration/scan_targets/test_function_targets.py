"""Functions: zips of this machine, and a function in an account with everything that decides about it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from account import SETTINGS, Account, account

from tests.unit.cli.commands import Outrider
from tests.unit.cli.scanning.artifacts import FUNCTION, KEY, LANGUAGE_FLAW, zipped

CODE = zipped({**FUNCTION, "settings.ini": f"aws_access_key_id = {KEY}\n".encode()})
LAYER = zipped({"python/" + name: data for name, data in FUNCTION.items()})


def report(outrider: Outrider, *arguments: object, status: int = 0) -> dict[str, Any]:
    result = outrider("scan", *arguments, "--json")
    assert result.status == status, result
    found: dict[str, Any] = json.loads(result.out)
    return found


def failed(found: dict[str, Any]) -> dict[str, str]:
    return {one["subject"]: one["error"] for one in found["outcomes"] if one["outcome"] == "failed"}


def answers(found: dict[str, Any]) -> dict[str, str]:
    return {check["rule"]: check["answer"] for check in found["checks"]}


class TestZips:
    def test_a_package_and_its_layers_lie_where_lambda_lays_them(
        self, outrider: Outrider, tmp_path: Path, database: Path
    ) -> None:
        (tmp_path / "code.zip").write_bytes(CODE)
        (tmp_path / "layer.zip").write_bytes(LAYER)
        found = report(outrider, tmp_path / "code.zip", f"zip:{tmp_path}/layer.zip", "--db", database)
        assert found["artifact"]["kind"] == "function"
        assert {package["path"] for package in found["packages"]} == {
            "/var/task/coach_door-1.4.1.dist-info/METADATA",
            "/opt/python/coach_door-1.4.1.dist-info/METADATA",
        }
        assert [secret["path"] for secret in found["secrets"]] == ["/var/task/settings.ini"]
        assert found["scanned"] == ["os", "language", "secrets"], "no settings, no rules"

    def test_the_same_zip_is_remembered_for_where_it_lies(
        self, outrider: Outrider, tmp_path: Path, database: Path
    ) -> None:
        (tmp_path / "a.zip").write_bytes(LAYER)
        first = report(outrider, tmp_path / "a.zip", "--db", database)
        again = report(outrider, f"zip:{tmp_path}/a.zip", f"zip:{tmp_path}/a.zip", "--db", database)
        assert [p["path"].split("/")[1] for p in first["packages"]] == ["var"]
        assert sorted(p["path"].split("/")[1] for p in again["packages"]) == ["opt", "var"]

    def test_a_damaged_one_fails_by_its_name_and_the_other_is_scanned(
        self, outrider: Outrider, tmp_path: Path, database: Path
    ) -> None:
        (tmp_path / "code.zip").write_bytes(CODE)
        (tmp_path / "layer.zip").write_bytes(LAYER[:-30])
        found = report(
            outrider, f"zip:{tmp_path}/code.zip", f"zip:{tmp_path}/layer.zip", "--db", database, status=3
        )
        assert list(failed(found)) == [str(tmp_path / "layer.zip")]
        assert [one["id"] for one in found["vulnerabilities"]] == [LANGUAGE_FLAW]

    @pytest.mark.parametrize("kind", ["gone", "folder", "pipe", "stdin"])
    def test_what_is_no_file_is_wrong_usage(self, kind: str, outrider: Outrider, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        where = "-" if kind == "stdin" else str(tmp_path / kind)
        assert outrider("scan", f"zip:{where}").status == 2


class TestAccount:
    @pytest.fixture
    def there(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in SETTINGS.items():
            monkeypatch.setenv(name, value)
        with account() as found:
            monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{found.host}")
            self.make(found)
            yield found

    def make(self, there: Account) -> None:
        document = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        role = there.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(document))
        functions = there.client("lambda")
        layer = functions.publish_layer_version(LayerName="shared", Content=there.keep(LAYER))
        functions.create_function(
            FunctionName="pay",
            Runtime="python3.8",
            Handler="handler.handler",
            Role=role["Role"]["Arn"],
            Code=there.keep(CODE),
            Layers=[layer["LayerVersionArn"]],
            Environment={"Variables": {"AWS_KEY": KEY, "MODE": "live"}},
        )
        self.layer = layer["LayerVersionArn"]

    def test_code_layers_settings_and_variables(
        self, there: Account, outrider: Outrider, database: Path
    ) -> None:
        found = report(outrider, "lambda:pay", "--db", database)
        assert {one["package"]["path"].split("/")[1] for one in found["vulnerabilities"]} == {"var", "opt"}
        assert {secret["path"] for secret in found["secrets"]} == {"/var/task/settings.ini", "env:AWS_KEY"}
        assert found["artifact"]["runtime"] == "python3.8"
        assert found["scanned"] == ["os", "language", "secrets", "compliance"]
        assert answers(found)["uses_a_supported_runtime"] == "fail"
        assert KEY not in json.dumps(found)
        assert "s3cret" not in json.dumps(found)

    def test_policy_url_and_concurrency_are_judged(
        self, there: Account, outrider: Outrider, database: Path
    ) -> None:
        before = answers(report(outrider, "lambda:pay", "--db", database, "--only", "compliance"))
        functions = there.client("lambda")
        functions.add_permission(
            FunctionName="pay", StatementId="all", Action="lambda:InvokeFunction", Principal="*"
        )
        functions.create_function_url_config(FunctionName="pay", AuthType="NONE")
        functions.put_function_concurrency(FunctionName="pay", ReservedConcurrentExecutions=5)
        after = answers(report(outrider, "lambda:pay", "--db", database, "--only", "compliance"))
        changed = {rule: (before[rule], after[rule]) for rule in before if before[rule] != after[rule]}
        assert ("pass", "fail") in changed.values()
        assert ("fail", "pass") in changed.values()
        assert len(changed) >= 3, changed

    @pytest.mark.parametrize(
        ("refused", "subject"),
        [
            ("/policy", "resource policy"),
            ("/url", "function URL"),
            ("/concurrency", "concurrency"),
            ("/code-signing-config", "code signing"),
            ("/layers", "layer "),
        ],
    )
    def test_a_missing_permission_is_told_and_the_rest_is_scanned(
        self, refused: str, subject: str, there: Account, outrider: Outrider, database: Path
    ) -> None:
        there.refused.add(refused)
        found = report(outrider, "lambda:pay", "--db", database, status=3)
        ((told, error),) = failed(found).items()
        assert told.startswith(subject)
        assert "you may not" in error
        assert found["partial"] is True
        assert LANGUAGE_FLAW in {one["id"] for one in found["vulnerabilities"]}

    def test_without_the_function_there_is_nothing_to_scan(self, there: Account, outrider: Outrider) -> None:
        there.refused.add("/functions/pay")
        result = outrider("scan", "lambda:pay")
        assert result.status == 4
        assert "you may not" in result.err
        there.refused.clear()
        assert "there is none of this name" in outrider("scan", "lambda:gone").err

    def test_a_package_that_is_not_what_aws_says_fails_and_nothing_of_it_is_believed(
        self, there: Account, outrider: Outrider, database: Path
    ) -> None:
        there.stolen = True
        found = report(outrider, "lambda:pay", "--db", database, status=3)
        assert {subject.split()[0] for subject in failed(found)} == {"package"}
        assert len(failed(found)) == 2
        assert all("SHA-256 is another" in error for error in failed(found).values())
        assert not found["packages"]
        assert answers(found)["uses_a_supported_runtime"] == "fail", "the settings are judged all the same"

    def test_variables_under_a_key_that_is_not_ours_are_told_as_not_looked_at(
        self, there: Account, outrider: Outrider, database: Path
    ) -> None:
        error = {"ErrorCode": "AccessDeniedException", "Message": "Lambda was unable to decrypt"}
        there.damage["Environment"] = {"Error": error}
        found = report(outrider, "lambda:pay", "--db", database, status=3)
        assert failed(found) == {"environment variables": "Lambda was unable to decrypt"}

    def test_an_image_function_whose_image_cannot_be_pulled_still_has_settings(
        self, there: Account, outrider: Outrider, database: Path
    ) -> None:
        functions = there.client("lambda")
        role = there.client("iam").get_role(RoleName="r")["Role"]["Arn"]
        functions.create_function(
            FunctionName="boxed",
            PackageType="Image",
            Role=role,
            Code={"ImageUri": "registry.invalid/team/app:1"},
            Environment={"Variables": {"AWS_KEY": KEY}},
        )
        found = report(outrider, "lambda:boxed", "--db", database, status=3)
        assert any(subject.startswith("image registry.invalid/team/app") for subject in failed(found))
        assert [secret["path"] for secret in found["secrets"]] == ["env:AWS_KEY"]
        assert answers(found)
