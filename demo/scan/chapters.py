"""What happens in each chapter. Every command shown is the command that runs."""

import shutil
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from demo import registry
from demo.scan import archive, image, promises
from demo.scan.image import MENDED, PACKAGE, SHIPPED, TEMPLATES
from demo.scan.stage import Stage

REPORT_LINES = 60


def advisories(stage: Stage) -> None:
    """Chapter 1: what is known to be vulnerable."""
    stage.story.chapter(
        1,
        "What is known",
        "The advisory database: Debian's security index, as apt fetches and verifies it (here into a place "
        "of its own), and an advisory of the team about its own package, which no public feed has.",
    )
    configuration = archive.configure(stage.cache, stage.work)
    shutil.copy(TEMPLATES / "advisory.json", stage.work)
    stage.export(APT_CONFIG=str(configuration))
    stage.run("apt-get", "-qq", "update")
    done = stage.outrider("db", "build", "--from-apt", "advisory.json", "-o", "db")
    stage.story.output(done.stdout)


def ship(stage: Stage) -> None:
    """Chapter 2: the image is made and pushed."""
    stage.story.chapter(
        2,
        "An image as a team might ship it",
        "A pricing service on Debian as it was released, without security updates. The team's own package is "
        "a version behind. A credential came with COPY, and the next line removed it. There is no USER, and "
        "a copy of tar runs as root whoever starts it. Debian's docker-registry serves the image.",
    )
    began = time.monotonic()
    stage.roots = archive.roots(stage.cache, stage.work)
    stage.set_up = time.monotonic() - began
    stage.story.note(f"two Debian roots by mmdebstrap, or from the cache: {stage.set_up:.0f} s")
    _push(stage, image.shipped(stage.layouts / "shipped", stage.roots), "1")


def scan(stage: Stage) -> None:
    """Chapter 3: what is in it, and what is wrong with it."""
    stage.story.chapter(
        3,
        "Scan",
        "Straight from the registry, nothing is unpacked: what to upgrade first, what is hidden in a lower "
        "layer, which rules are broken.",
    )
    reports = ("--also", "json=shipped.json", "--also", "cyclonedx=shipped.cdx.json")
    done = stage.outrider("scan", *stage.image("1"), *reports)
    stage.story.output(done.stdout, most=REPORT_LINES)
    report = stage.document("shipped.json")
    stage.promise(*promises.same_as_apt(report, stage.roots))
    stage.promise(*promises.finds(report, PACKAGE, SHIPPED, MENDED))
    stage.promise(*promises.hidden_credential(report, image.credential(), done.stdout))
    stage.promise(*promises.breaks(report, ("runs_as_non_root", "holds_no_setuid_programs"), image.BACKUP))


def gate(stage: Stage) -> None:
    """Chapter 4: may it be deployed?"""
    stage.story.chapter(
        4,
        "The gate",
        "In CI the team's thresholds decide. SARIF goes to the code host and JUnit to the test tab, from the "
        "same scan; its exit status fails the job.",
    )
    shutil.copy(TEMPLATES / "gate.yaml", stage.work)
    stage.story.command(("cat", "gate.yaml"))
    stage.story.document((stage.work / "gate.yaml").read_text())
    status, report = _gated(stage, "1")
    stage.promise(
        status == 1 and bool(report["gate"]["violations"]),
        f"the gate stopped the image: exit {status}, {len(report['gate']['violations'])} reasons",
    )
    failed = len(list(Xml.parse(stage.work / "gate.xml").iter("failure")))  # noqa: S314
    results = len(stage.document("gate.sarif")["runs"][0]["results"])
    stage.story.note(f"gate.xml: {failed} failed test cases · gate.sarif: {results} results")
    stage.promise(
        failed == len({reason["subject"] for reason in report["gate"]["violations"]}) and results > 0,
        f"all that the gate stops is a failed test case ({failed}); {results} SARIF results",
    )


def mend(stage: Stage) -> None:
    """Chapter 5: the same application, built anew."""
    stage.story.chapter(
        5,
        "Mended",
        f"Rebuilt on a base with its security updates, {PACKAGE} {MENDED}, the credential in no layer, a "
        "user of its own, nothing that raises privileges.",
    )
    assert stage.roots is not None  # noqa: S101 - chapter 2 made them
    _push(stage, image.mended(stage.layouts / "mended", stage.roots), "2")
    status, report = _gated(stage, "2")
    left = len(report["vulnerabilities"]) + len(report["secrets"])
    stage.promise(
        status == 0 and report["gate"]["passed"] and not left,
        f"the mended image passes: exit {status}, {left} vulnerabilities and secrets left",
    )


def again(stage: Stage) -> None:
    """Chapter 6: an image that did not change."""
    stage.story.chapter(
        6,
        "Again",
        "Tomorrow's scan of the same image: new advisories, no new bytes. What was in each layer is known.",
    )
    before = len(registry.requests(stage.registry_state))
    seconds = stage.timed("scan", *stage.image("2"), "-o", "again.txt")
    asked = registry.requests(stage.registry_state)[before:]
    stage.story.output("\n".join(asked))
    stage.story.note(f"{seconds:.2f} s, from start to exit")
    one = len(asked) == 1 and "/manifests/" in asked[0]
    stage.promise(one, f"an unchanged image: {len(asked)} request (its manifest), no layer, {seconds:.2f} s")


def inventory(stage: Stage) -> None:
    """Chapter 7: the SBOM says the same."""
    stage.story.chapter(
        7,
        "The SBOM",
        "Chapter 3 wrote a CycloneDX SBOM beside its table. Scanned itself, without the image, it must give "
        "the same findings.",
    )
    stage.outrider("scan", "sbom:shipped.cdx.json", "--db", "db", "--json", "-o", "sbom.json")
    image_says = promises.matched(stage.document("shipped.json"))
    sbom_says = promises.matched(stage.document("sbom.json"))
    stage.story.note(f"the image: {len(image_says)} findings; its SBOM: {len(sbom_says)}")
    differ = sorted(image_says ^ sbom_says)
    stage.promise(
        not differ and bool(sbom_says),
        f"image and SBOM agree on {len(sbom_says)} findings; differ: {differ or 0}",
    )


def in_use(stage: Stage) -> None:
    """Chapter 8: what is used comes first."""
    stage.story.chapter(
        8,
        "In use",
        "The defender beside the task wrote down which programs run. Learned from that, a behaviour model "
        "puts what the service really loads before what merely lies in the image.",
    )
    assert stage.roots is not None  # noqa: S101 - chapter 2 made them
    (stage.work / "record.jsonl").write_text(image.record(stage.roots))
    stage.outrider("learn", "record.jsonl", "--workload", "pricing", "-o", "model.json")
    used = ("--model", "model.json", "--also", "json=used.json", "--only", "os,language")
    done = stage.outrider("scan", *stage.image("1"), *used)
    stage.story.output(done.stdout, most=20)
    stage.promise(*promises.used_first(stage.document("shipped.json"), stage.document("used.json")))


def _push(stage: Stage, layout: Path, tag: str) -> None:
    reference = f"{stage.registry}/shop/pricing:{tag}"
    registry.push(layout, reference)
    stage.story.note(f"pushed {reference}")


def _gated(stage: Stage, tag: str) -> tuple[int, dict[str, Any]]:
    """Scan under the gate; the end of what is printed is shown."""
    reports = ("--also", "sarif=gate.sarif", "--also", "junit=gate.xml", "--also", "json=gate.json")
    done = stage.outrider("scan", *stage.image(tag), "--thresholds", "gate.yaml", *reports, statuses=(0, 1))
    stage.story.output(promises.from_gate(done.stdout))
    stage.story.note(f"exit status {done.returncode}")
    return done.returncode, stage.document("gate.json")
