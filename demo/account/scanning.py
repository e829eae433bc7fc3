"""The chapters of the scanner: what it says of what was shipped, on the event and by the sweep."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from demo.account.shipping import FUNCTIONS, REPOSITORIES, SHIPPED
from demo.account.stage import Stage
from demo.scan.image import PACKAGE, credential

Event = Mapping[str, Any]


def on_the_event(stage: Stage) -> None:
    """Chapter 4: AWS's own events are the jobs."""
    from scanner_lambda import scan  # noqa: PLC0415 - reads the settings that chapter 1 made

    stage.story.chapter(
        4,
        "Scanned on the event",
        "The jobs queue brings the pushes and changes to the scan function, in batches. Layers come by ECR's "
        "API from the registry, function code by Lambda's signed addresses. Three repositories have the same "
        "image.",
    )
    asked = stage.cloud.ecr.asked
    asked.clear()
    done = stage.deliver("jobs", scan.handler, "scan")
    heard = stage.heard()
    show(stage, heard)
    stage.promise(
        not stage.cloud.waiting("jobs-dlq") and not done.errors, f"{done.done} jobs done, none failed"
    )
    scanned = {name(event) for event in of(heard, "scan")}
    wanted = {f"{repository}:1" for repository in REPOSITORIES} | set(FUNCTIONS)
    stage.promise(scanned == wanted, f"each of {len(wanted)} artifacts is told as scanned on our bus")
    downloads = Counter(call for call in asked if call.startswith("GET "))
    once = bool(downloads) and set(downloads.values()) == {1}
    stage.promise(once, f"one image in three repositories: each of its {len(downloads)} blobs fetched once")
    everywhere = {name(event) for event in of(heard, "finding") if names_package(event)}
    expected = wanted - {"receipts"}  # JavaScript: it has no Python package
    words = f"{PACKAGE} {SHIPPED} found in {len(everywhere)} artifacts, by the team's own advisory"
    stage.promise(everywhere == expected, words)
    secrets = {name(event) for event in of(heard, "finding") if family(event) == "secret"}
    hidden = credential() not in str(heard)
    stage.promise(
        secrets == wanted and hidden, "the credentials in layers and environments found, and not told"
    )


def swept(stage: Stage) -> None:
    """Chapter 5: the sweep finds what no event told of."""
    from scanner_lambda import scan, sweep  # noqa: PLC0415

    stage.story.chapter(
        5,
        "Swept",
        "The schedule calls the sweep function: every image and function becomes a job again, a digest once. "
        "What did not change is known: no layer is fetched, and nothing is told twice.",
    )
    stage.cloud.ecr.asked.clear()
    answer = sweep.handler({"command": "sweep"}, stage.context("sweep"))
    stage.story.note(f"the sweep sent {answer['jobs']} jobs")
    done = stage.deliver("jobs", scan.handler, "scan")
    heard = stage.heard()
    show(stage, heard)
    fetched = [call for call in stage.cloud.ecr.asked if call.startswith("GET ")]
    told = of(heard, "finding")
    stage.promise(
        done.done == len(set(stage.images.values())) + len(FUNCTIONS) and not fetched and not told,
        f"swept: {done.done} jobs, {len(fetched)} layers fetched, {len(told)} findings told again",
    )


def of(heard: Sequence[Event], topic: str) -> list[Event]:
    """Envelopes of a topic."""
    return [event["detail"] for event in heard if event["detail"]["topic"] == topic]


def name(envelope: Event) -> str:
    """What people call its subject."""
    return str(envelope["subject"].get("name", ""))


def family(envelope: Event) -> str:
    """A finding's family."""
    return str(envelope["detail"].get("family", ""))


def names_package(envelope: Event) -> bool:
    """Whether a finding is about the team's own package."""
    package = envelope["detail"].get("package")
    return isinstance(package, Mapping) and package.get("name") == PACKAGE


def show(stage: Stage, heard: Sequence[Event]) -> None:
    """What the bus carried, in numbers."""
    counted = Counter((event["detail-type"], family(event["detail"])) for event in heard)
    for (kind, what), count in sorted(counted.items()):
        stage.story.note(f"on the bus: {count} {kind}{f' ({what})' if what else ''}")
