"""The chapter of an attack: a protected function is attacked for real, and the account hears of it."""

import base64
import gzip
import json
import platform
from collections import Counter
from collections.abc import Sequence
from typing import Any

from demo.account.cloud import ACCOUNT
from demo.account.stage import Stage
from demo.function import chapters as function_chapters
from demo.function import local
from demo.function.attacks import ATTACKS, SECRET
from demo.function.local import Count
from demo.function.loopback import Neighbours, neighbours
from demo.function.visitors import visits

GROUP = "/aws/lambda/webhook"
_LEARN_ROUNDS = 15
_DELIVERY = 500
"""Lines of one delivery of a subscription."""


def attacked(stage: Stage) -> None:
    """Chapter 8: learned, attacked, reported."""
    stage.story.chapter(
        8,
        "Attacked, and told of",
        "The webhook runs in the local Lambda under AWS's own runtime client, with the layer. What it does "
        "on ordinary days becomes its policy; then come six attacks. Its log lines reach the reporter by a "
        "subscription, the scanner's and the injector's words by the bus: one form, told once, where people "
        "look.",
    )
    from cdk_app.functions.reporter import handler as reporter  # noqa: PLC0415 - reads chapter 1's settings

    stage.deliver("events", reporter.handler, "reporter")
    scanned = _findings(stage)
    with neighbours() as us:
        learned = _ordinary(stage, us)
        stopped, lines = _attack(stage, us)
    for logged in (learned, lines):
        for delivery in _deliveries(logged):
            answer = reporter.handler(delivery, stage.context("reporter"))
            stage.story.note(f"log subscription of {GROUP}: {answer}")
    again = [reporter.handler(delivery, stage.context("reporter")) for delivery in _deliveries(lines)]
    found = _findings(stage)
    new = [finding for finding in found if finding["Id"] not in {one["Id"] for one in scanned}]
    _show(stage, scanned, new)
    stage.promise(stopped == len(ATTACKS), f"attacks stopped: {stopped} of {len(ATTACKS)}")
    stage.promise(
        bool(scanned) and bool(new) and len({one["Id"] for one in found}) == len(found),
        f"Security Hub: {len(scanned)} findings of the scanner, {len(new)} of the attack; none twice, though "
        f"the lines came {len(again) + 1} times",
    )
    told = stage.heard()
    heard = Counter(event["detail-type"] for event in told)
    people = stage.cloud.waiting("people")
    words = f"on the bus: {heard['Outrider Event']} acts that were stopped; {people} notes to people"
    stage.promise(heard["Outrider Event"] >= len(ATTACKS) - 1 and people > 0, words)
    _kept(stage)
    everything = json.dumps([found, told])
    stage.promise(
        SECRET not in everything and not stage.cloud.waiting("events-dlq"),
        "no credential in what is told, and nothing in the dead letters",
    )


def _ordinary(stage: Stage, us: Neighbours) -> list[str]:
    """Ordinary visitors; what the layer wrote into the log. The policy that comes of it is a small layer."""
    count = Count()
    layer = _layer(stage)
    with local.running(us, (layer,), OUTRIDER_LEARN="invocations=1000") as function:
        function.serve(visits(us, _LEARN_ROUNDS), count)
        function.function.shutdown()
        lines = function.extension_lines()
    (stage.work / "log.jsonl").write_text("".join(f"{line}\n" for line in lines))
    stage.story.note(f"{count.answered} ordinary invocations, {count.failed} failed")
    stage.outrider("learn", "log.jsonl", "-o", "model.json")
    stage.outrider("policy", "from-model", "model.json", "--mode", "block", "-o", "policy.yaml")
    stage.outrider("layer", "build", "--arch", platform.machine(), "-o", ".", "--policy", "policy.yaml")
    return lines


def _attack(stage: Stage, us: Neighbours) -> tuple[int, list[str]]:
    """Six attacks under the policy; how many were stopped, and the log."""
    count = Count()
    telling = function_chapters.Stage(stage.story, stage.work, us)
    with local.running(us, (_layer(stage), stage.work / "outrider-policy.zip")) as function:
        worked = function_chapters.strike(telling, function, count)
        function.function.shutdown()
        lines = function.extension_lines()
    stage.promise(
        count.failed == 0 and count.answered > 0,
        f"ordinary invocations meanwhile: {count.answered}, failed: {count.failed}",
    )
    return sum(not one for one in worked.values()), lines


def _layer(stage: Stage) -> Any:
    """The layer's zip for this machine, which chapter 1 built."""
    return next(stage.work.glob(f"outrider-layer-*{platform.machine()}*.zip"))


def _deliveries(lines: Sequence[str]) -> list[dict[str, Any]]:
    """Lines as CloudWatch Logs hands them to a subscribed function:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html."""
    found = []
    for start in range(0, len(lines), _DELIVERY):
        document = {
            "messageType": "DATA_MESSAGE",
            "owner": ACCOUNT,
            "logGroup": GROUP,
            "logStream": "2026/01/01/[$LATEST]0",
            "subscriptionFilters": ["outrider"],
            "logEvents": [
                {"id": str(number), "timestamp": 1, "message": line}
                for number, line in enumerate(lines[start : start + _DELIVERY], start)
            ],
        }
        data = base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()
        found.append({"awslogs": {"data": data}})
    return found


def _findings(stage: Stage) -> list[dict[str, Any]]:
    """All that Security Hub has."""
    pages = stage.cloud.client("securityhub").get_paginator("get_findings").paginate()
    return [finding for page in pages for finding in page["Findings"]]


def _show(stage: Stage, scanned: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    """Security Hub as somebody would look at it."""
    for title, findings in (("the scanner's", scanned), ("the attack's", new)):
        counted = Counter(finding["Severity"]["Label"] for finding in findings)
        said = ", ".join(f"{count} {label.lower()}" for label, count in sorted(counted.items()))
        stage.story.note(f"Security Hub, {title}: {said}")
    for finding in new[:6]:
        stage.story.note(f"  {finding['Severity']['Label']}: {finding['Title'][:100]}")


def _kept(stage: Stage) -> None:
    """The lake and the models."""
    s3 = stage.cloud.client("s3").get_paginator("list_objects_v2")
    keys = [one["Key"] for page in s3.paginate(Bucket="outrider-reports") for one in page.get("Contents", [])]
    items = stage.cloud.client("dynamodb").scan(TableName="outrider-models")["Items"]
    items = [item for item in items if item["sk"]["S"].startswith("behaviour#")]
    workloads = sorted({item["workload"]["S"] for item in items})
    stage.story.note(f"learned: {len(items)} items of {', '.join(workloads)}")
    partitions = {key.rpartition("/")[0] for key in keys}
    words = f"{len(keys)} OCSF objects in {len(partitions)} partitions; {len(items)} behaviours in the model"
    stage.promise(bool(keys) and bool(items), words)
