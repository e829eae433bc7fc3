"""After a rematch the next scan tells nothing again, and what is stored is what that scan would have made."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from outrider.model.artifact import Contents, Kind
from outrider.model.image import ImageConfig
from outrider.model.outcome import Failed
from outrider.policy.signing import format_key
from outrider.scan.compliance.image.registry import IMAGE_RULES
from outrider.scan.compliance.subjects import Image
from scanner_lambda import caps, database, rematch
from scanner_lambda.aws import index_store
from scanner_lambda.aws.rematching import parts as rematch_parts
from scanner_lambda.database import Parts
from scanner_lambda.judging import OF_VULNERABILITIES
from scanner_lambda.publishing import load
from scanner_lambda.settings_database import Feed, RematchSettings
from tests.programs.scanner_lambda.conftest import ARN, KEY, World, _public
from tests.programs.scanner_lambda.database_account import Mirror, osv, serving, zipped
from tests.programs.scanner_lambda.test_scan_images import push, pushed
from tests.unit.cli.scanning.artifacts import APP, BASE, tar

DAY = datetime(2026, 11, 27, tzinfo=UTC)
LIBRARIES = {
    f"srv/lib/{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
    for name in ("one", "two", "three")
}
GRAVE = {"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}
MILD = {"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}]}
FIRST = (osv("CVE-2026-0001", "one", "2") | MILD, osv("CVE-2026-0002", "two", "2") | MILD)


class Days:
    """The account, day after day."""

    def __init__(self, world: World, mirror: Mirror, folder: Path) -> None:
        self.world, self.mirror, self.folder = world, mirror, folder
        self.day = DAY
        self.jobs: list[str] = []
        world.program.index = index_store.index(world.program.objects)
        objects = world.program.objects
        objects.delete(list(objects.list("db/")))
        queue = world.clients.sqs.create_queue(QueueName="rematch")["QueueUrl"]
        key = format_key(_public())
        self.rematch = rematch_parts(RematchSettings("state", queue, "outrider", "scans", key, ""), ARN)
        self.queue = queue
        layers = (tar(BASE), tar(APP), tar(LIBRARIES))
        self.pushed = pushed("shop", push(world, "shop", *layers))

    def build(self, *records: dict[str, object]) -> None:
        self.mirror.files["/PyPI/all.zip"] = zipped(*records)
        self.day += timedelta(hours=1)
        work = self.folder / str(self.day.timestamp())
        work.mkdir()
        made = Parts(
            self.world.program.objects,
            self.mirror.address,
            (Feed("osv", "PyPI/all.zip"),),
            lambda: KEY,
            lambda body: not self.jobs.append(body),  # type: ignore[func-returns-value]
            lambda days: None,
            lambda: self.day,
        )
        assert not any(isinstance(one, Failed) for one in database.run(made, work))

    def scan(self) -> list[dict[str, Any]]:
        """Scan, and what is new or gone by what it told."""
        assert self.world.handle(self.pushed) == []
        return [one["detail"] for one in self.world.told() if "change" in one["detail"]]

    def match(self) -> list[str]:
        """Match the last database; messages of artifacts."""
        assert not any(isinstance(one, Failed) for one in self.work(self.jobs[-1]))
        return [body for body in self.world._received(self.queue) if "artifacts" in body]

    def work(self, body: str) -> list[Any]:
        return list(rematch.work(body, self.rematch, lambda: True))

    def reports(self) -> dict[str, dict[str, Any]]:
        """Reports in the bucket by key, without the day-dependent age."""
        objects = self.world.program.objects
        found = {}
        for key in objects.list("reports/"):
            if key.count(".") == 2:
                document = json.loads(zstandard.decompress(objects.get(key, caps.REPORT) or b""))
                document["database"].pop("age_days")
                found[key] = document
        return found

    def facts(self) -> dict[str, Any]:
        items = self.world.clients.dynamodb.scan(TableName="scans")["Items"]
        return {k: v.get("S") for one in items if one["sk"]["S"] == "scan" for k, v in one.items()}


@pytest.fixture
def days(world: World, tmp_path: Path) -> Iterator[Days]:
    with serving() as mirror:
        yield Days(world, mirror, tmp_path)


SECONDS = {
    "new": (*FIRST, osv("CVE-2026-0003", "three", "2") | MILD),
    "new and grave": (*FIRST, osv("CVE-2026-0003", "three", "2") | GRAVE),
    "changed": (osv("CVE-2026-0001", "one", "3") | GRAVE, FIRST[1]),
    "gone": (FIRST[0],),
    "gone and new": (FIRST[0], osv("CVE-2026-0003", "two", "5") | MILD),
}


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=() if case == "new and grave" else pytest.mark.whole) for case in SECONDS],
)
def test_scan_rematch_scan(days: Days, case: str) -> None:
    days.build(*FIRST)
    assert {one["id"] for one in days.scan() if one["family"] == "vulnerability"} == {
        "CVE-2026-0001",
        "CVE-2026-0002",
    }
    days.build(*SECONDS[case])
    (message,) = days.match()
    for _ in range(3):  # as often as it comes
        assert days.work(message) == []
    envelopes = days.world.told()
    assert len({one["id"] for one in envelopes}) == 1
    failing = [rule for one in envelopes for rule in one["detail"]["checks"]["new"]]
    assert failing == (["has_no_fixable_vulnerability"] if "grave" in case or case == "changed" else [])
    stored = days.reports()
    key = days.facts()["report"]
    assert len(stored) == 2
    assert days.scan() == []
    assert days.facts()["report"] == key
    assert days.reports()[key] == stored[key]


@pytest.mark.whole
def test_a_scan_that_ended_meanwhile_wins(days: Days) -> None:
    days.build(*FIRST)
    days.scan()
    days.build(*SECONDS["new"])
    (message,) = days.match()
    assert [one["id"] for one in days.scan()] == ["CVE-2026-0003"]
    facts, stored = days.facts(), days.reports()
    assert days.work(message) == []
    assert (days.facts(), days.reports()) == (facts, stored)
    assert not [key for key in days.world.program.objects.list("reports/") if "rematched" in key]


@pytest.mark.whole
def test_rematches_that_come_in_the_other_order_end_with_the_newest(days: Days) -> None:
    days.build(*FIRST)
    days.scan()
    days.build(*SECONDS["new"])
    (second,) = days.match()
    days.build(*SECONDS["new"], osv("CVE-2026-0004", "one", "4") | MILD)
    (third,) = days.match()
    for message in (third, second, third):
        assert days.work(message) == []
    days.world.told()
    key = days.facts()["report"]
    stored = days.reports()[key]
    assert len(stored["vulnerabilities"]) == 4
    assert days.scan() == []
    assert days.reports()[key] == stored


@pytest.mark.whole
def test_what_no_envelope_named_is_told_by_the_next_scan(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    days.build(*FIRST)
    days.scan()
    days.build(*FIRST, *(osv(f"CVE-2026-000{number}", "three", "2") | MILD for number in (3, 4)))
    (message,) = days.match()
    monkeypatch.setattr(rematch, "_TOLD", 1)
    days.work(message)
    (envelope,) = days.world.told()
    (named,) = envelope["detail"]["new"]
    assert [one["id"] for one in days.scan()] == [
        one for one in ("CVE-2026-0003", "CVE-2026-0004") if one != named["id"]
    ]


@pytest.mark.whole
def test_a_damaged_inventory_is_told_and_leaves_the_report(days: Days) -> None:
    days.build(*FIRST)
    days.scan()
    before = days.facts()
    objects = days.world.program.objects
    (key,) = objects.list("inventories/")
    objects.put(key, b"no inventory")
    days.build(*SECONDS["new"])
    (message,) = days.match()
    (outcome,) = days.work(message)
    assert isinstance(outcome, Failed) and "as it was" in outcome.error
    assert days.facts() == before
    assert [one["detail"]["new_count"] for one in days.world.told()] == [1]
    assert load(days.world.program.store.get(before["told"], caps.TOLD) or b"").findings


def test_rules_that_rest_on_advisories_are_known() -> None:
    """They are those whose answer is another where vulnerabilities were not looked for."""
    image = Image(contents=Contents(kind=Kind.IMAGE, name="x", config=ImageConfig()), vulnerabilities=())
    rules = {rule.name: rule.look for rule in IMAGE_RULES}
    unasked = replace(image, vulnerabilities=None)
    assert {name for name, look in rules.items() if look(image) != look(unasked)} == OF_VULNERABILITIES
