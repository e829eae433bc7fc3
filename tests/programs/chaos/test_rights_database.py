"""DatabaseFunction and RematchFunction run with the rights that the CDK app gives them, and use them all."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.account import cloud as clouds
from demo.account import shipping
from demo.account.cloud import Cloud
from demo.account.pump import Context, Pump, bodies
from demo.scan.image import PACKAGE
from outrider.policy.signing import format_key, public_key
from scanner_lambda import database, rematch, scan
from tests.programs.cdk_app.iam_checker import Checker, NotGranted
from tests.programs.chaos.rights import granted, held, not_used
from tests.programs.scanner_lambda.database_account import Mirror, osv, serving, zipped

pytestmark = pytest.mark.whole

KEY = bytes(range(32))
PRIVATE, PUBLIC = "/outrider/database/key", "/outrider/database/public-key"


@pytest.fixture
def mirror(account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    ssm = account.client("ssm")
    ssm.put_parameter(Name=PRIVATE, Value=base64.b64encode(KEY).decode(), Type="SecureString")
    ssm.put_parameter(Name=PUBLIC, Value=format_key(public_key(KEY)), Type="String")
    with serving() as found:
        more = {
            "OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER": PUBLIC,
            "OUTRIDER_DATABASE_KEY_PARAMETER": PRIVATE,
            "OUTRIDER_DATABASE_MIRROR": found.address,
            "OUTRIDER_DATABASE_FEEDS": '["osv:PyPI/all.zip"]',
        }
        for name, value in (clouds.deployed(account) | more).items():
            monkeypatch.setenv(name, value)
        found.files["/PyPI/all.zip"] = zipped(osv("CVE-2026-0001", "other", "2"))
        for program in (scan._program, rematch._parts):
            program.cache_clear()
        yield found
    for program in (scan._program, rematch._parts):
        program.cache_clear()


def test_database_and_rematch_have_the_rights_they_use_and_no_more(
    account: Cloud, mirror: Mirror, registry_host: str, tmp_path: Path
) -> None:
    building, rematching = Checker(granted("DatabaseFunction")), Checker(granted("RematchFunction"))
    build = held(database.handler, building)
    assert build({"command": "build"}, Context("database"))["failed"] == 0
    made = shipping.layout(tmp_path / "image")
    digest = shipping.push(account, registry_host, made, shipping.REPOSITORIES[0], "1")
    sqs = account.client("sqs")
    assert Pump(sqs, account.queues["jobs"], scan.handler, "scan").drain().kept == 0
    mirror.files["/PyPI/all.zip"] = zipped(osv("CVE-2026-0002", PACKAGE, "9"))
    assert build({"command": "build"}, Context("database"))["failed"] == 0
    bodies(sqs, account.queues["heard"])
    done = Pump(sqs, account.queues["rematch"], held(rematch.handler, rematching), "rematch", batch=1).drain()
    assert (building.refused, rematching.refused, done.errors, done.kept) == ([], [], (), 0)
    (told,) = [one["detail"] for one in bodies(sqs, account.queues["heard"])]
    assert told["subject"]["digest"] == digest and told["detail"]["new_count"] == 1
    assert not_used(building, "DatabaseFunction") == []
    assert not_used(rematching, "RematchFunction") == []


def test_the_database_function_may_write_nothing_but_the_database(account: Cloud, mirror: Mirror) -> None:
    narrow = [
        {**one, "Resource": ["arn:aws:s3:::outrider-state/db/feeds/*"]} if one["Sid"] == "Database" else one
        for one in granted("DatabaseFunction")
    ]
    with Checker(narrow).watching(), pytest.raises(NotGranted, match="outrider-state/db/manifest"):
        database.handler(json.loads('{"command": "build"}'), Context("database"))
