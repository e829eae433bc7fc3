"""Functions run with the rights that the CDK app gives them: no call is refused, no right is for nobody."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.account import cloud as clouds
from demo.account import shipping
from demo.account.chapters import TEMPLATES
from demo.account.cloud import Cloud
from demo.account.pump import Context, Pump
from scanner_lambda import scan, sweep
from tests.programs.cdk_app.iam_checker import Checker, NotGranted
from tests.programs.chaos.rights import granted, held, not_used

pytestmark = pytest.mark.whole

KEY_PARAMETER = "/outrider/database/public-key"


@pytest.fixture
def settings(account: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in clouds.deployed(account).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER", KEY_PARAMETER)
    monkeypatch.setenv("OUTRIDER_PROGRAMS", "s3://outrider-state/programs/{digest}")
    database(account, tmp_path)
    scan._program.cache_clear()
    yield
    scan._program.cache_clear()


IDLE = {"Sid": "Idle", "Effect": "Allow", "Action": "s3:DeleteBucket", "Resource": "*"}


def database(account: Cloud, work: Path) -> None:
    """A signed database in the state bucket, and the parameter with its key."""
    outrider = (sys.executable, "-c", "from outrider.cli.main import main; main()")
    for words in (
        ("policy", "keygen", "-o", "db.key"),
        ("db", "build", str(TEMPLATES / "advisory.json"), "--key", "db.key", "-o", "db"),
    ):
        subprocess.run((*outrider, *words), cwd=work, check=True, capture_output=True)
    for path in (work / "db").iterdir():
        account.client("s3").put_object(
            Bucket="outrider-state", Key=f"db/{path.name}", Body=path.read_bytes()
        )
    public = (work / "db.key.pub").read_text().strip()
    account.client("ssm").put_parameter(Name=KEY_PARAMETER, Value=public, Type="String")


def layered(account: Cloud, function: str) -> None:
    """Put a layer on a function."""
    client, packed = account.client("lambda"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/shared.py", "X = 1\n")
    layer = client.publish_layer_version(LayerName="shared", Content={"ZipFile": packed.getvalue()})
    client.update_function_configuration(FunctionName=function, Layers=[layer["LayerVersionArn"]])


def test_the_scanner_has_the_rights_it_uses_and_no_more(
    account: Cloud, settings: None, registry_host: str, tmp_path: Path
) -> None:
    scanning = Checker(granted("ScanFunction"))
    sweeping = Checker(granted("SweepFunction"))
    sqs, jobs = account.client("sqs"), account.queues["jobs"]
    shipping.push(account, registry_host, shipping.layout(tmp_path / "image"), shipping.REPOSITORIES[0], "1")
    shipping.create_function(account, "prices", shipping.role(account))
    layered(account, "prices")

    def hurried(event: dict[str, Any], context: Context) -> Any:
        """A first batch has hardly any time: it is continued by further jobs."""
        seconds, hurried.seconds = hurried.seconds, 900.0  # type: ignore[attr-defined]
        return held(scan.handler, scanning)(event, Context(context.function_name, seconds=seconds))

    hurried.seconds = 10.0  # type: ignore[attr-defined]
    done = Pump(sqs, jobs, hurried, "scan").drain()
    assert (scanning.refused, done.errors, account.waiting("jobs-dlq")) == ([], (), 0)
    answer = held(sweep.handler, sweeping)({"command": "sweep"}, Context("sweep"))
    assert (sweeping.refused, answer["jobs"]) == ([], 2)
    assert not_used(scanning, "ScanFunction") == []
    assert not_used(sweeping, "SweepFunction") == []


def test_a_call_without_a_right_and_a_right_without_a_call_are_seen(account: Cloud, settings: None) -> None:
    without = [one for one in granted("SweepFunction") if one["Sid"] != "Functions"]
    checker = Checker([*without, IDLE])
    with checker.watching(), pytest.raises(NotGranted):
        sweep.handler({"command": "sweep"}, Context("sweep"))
    assert checker.refused == ["lambda:ListFunctions"]
    assert "Idle" in not_used(checker, "SweepFunction")


def test_a_right_on_something_else_is_none(account: Cloud, settings: None) -> None:
    elsewhere = [
        {**one, "Resource": ["arn:aws:s3:::outrider-state/reports/*"]} if one["Sid"] == "Checkpoints" else one
        for one in granted("SweepFunction")
    ]
    checker = Checker(elsewhere)
    with checker.watching(), pytest.raises(NotGranted, match="outrider-state/sweeps/"):
        sweep.handler({"command": "sweep"}, Context("sweep"))
