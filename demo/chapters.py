"""What happens in each chapter. Every command shown is the command that runs."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from demo import attacker, attacks, image, registry, sidecar_image, task, traffic
from demo.attacks import ATTACKS
from demo.story import Story
from demo.task import Task
from outrider.model.event import Event, FrameType, Mode, Verdict
from outrider.runtime.flight.reader import read_segment

TEMPLATE = image.SHOP.parent / "task-definition.json"
POLICY_SOURCE = "/var/lib/outrider/policy.yaml"
"""Where the sidecar is told to look, on the volume only it has. On Fargate: `ssm:` or `s3:`."""

SIDECAR = "outrider/sidecar:demo"
LEARN_ROUNDS = 15
"""More than the eight different names it takes to see that names vary."""

TERMS = "version: 1\nlearn_seconds: 1\nlearn_lives: 1\nquiet_seconds: 1\nby_people: [alerting, blocking]\n"

TAKEN_SECONDS = 20
DIFF_LINES = 62
"""The first container whole."""


@dataclass
class Stage:
    """What the chapters hand to each other."""

    story: Story
    work: Path
    cache: Path
    network: str
    engine: str
    registry: str = ""
    sidecar: str = ""
    findings: list[tuple[bool, str]] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    """This machine's ends of the links to the tasks."""
    without: dict[str, bool] = field(default_factory=dict)
    under: dict[str, bool] = field(default_factory=dict)

    def outrider(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Show and run one command."""
        self.story.command(("outrider", *arguments))
        return task.outrider(arguments, self.work)

    def run_arguments(self, definition: str, state: str) -> tuple[str, ...]:
        """`outrider run` of a definition on this stage."""
        settings = ["--env", "web:SHOP_LISTEN=127.0.0.1"] if self.network == "host" else []
        patched = definition.startswith("patched")
        # The sidecar looks every 15 s; a demo is in more of a hurry.
        settings += ["--env", "outrider:OUTRIDER_POLL_SECONDS=1"] if patched else []
        return (
            *("run", definition, "--state", state, "--registry-http", self.registry),
            *("--storage", str(self.cache / "containers"), "--hurry", "5"),
            *("--network", self.network, "--engine", self.engine, *settings),
        )


def prepare(stage: Stage) -> None:
    """Chapter 1: the image is made and pushed."""
    stage.story.chapter(
        1,
        "A real application",
        "A web shop (nginx, Python, SQLite, Redis beside it) with two holes of a kind found in real shops: "
        "the invoice page puts the customer's name into a shell command, the photo page takes a file name "
        "from the visitor. Debian packages become two OCI images, and Debian's docker-registry serves them.",
    )
    images = {f"{name}:1": layout for name, layout in image.build(stage.cache).items()}
    images[SIDECAR] = sidecar_image.build(stage.cache)
    for name, layout in images.items():
        registry.push(layout, f"{stage.registry}/{name}")
        stage.story.note(f"pushed {stage.registry}/{name}")
    stage.sidecar = f"{stage.registry}/{SIDECAR}"
    definition = TEMPLATE.read_text().replace("@REGISTRY@", stage.registry)
    (stage.work / "task.json").write_text(definition)


def patch(stage: Stage) -> None:
    """Chapter 2: the task definition is the only thing that changes."""
    stage.story.chapter(
        2,
        "Put the defender in",
        "The images stay as they are. Outrider reads their configs from the registry and changes the task "
        "definition: its supervisor in front of each entry point, a sidecar beside them.",
    )
    options = (
        "--sidecar",
        stage.sidecar,
        "--registry-http",
        stage.registry,
        "--policy",
        f"file:{POLICY_SOURCE}",
    )
    done = stage.outrider("patch", "task.json", *options, "--diff")
    stage.story.diff(done.stdout, most=DIFF_LINES)
    done = stage.outrider("patch", "task.json", *options, "-o", "patched.json")
    stage.story.output(done.stdout + done.stderr)


def learn(stage: Stage, running: Task) -> None:
    """Chapter 3: ordinary traffic, and what was learned from it."""
    stage.story.chapter(
        3,
        "Learn",
        "The task runs by Fargate's rules and is supervised. There is no policy yet: the sidecar says so and "
        "starts with the built-in one, which allows everything and reports it. Ordinary visitors come. What "
        "they make the shop do is all it will be allowed to do.",
    )
    _say_how(stage, running)
    shop = running.shop
    _ready(shop)
    for path in ("/", "/products", "/invoice?order=1&name=Ada"):
        _curl(stage, f"{shop}{path}")
    visitors = traffic.Visitors(shop)
    for _ in range(LEARN_ROUNDS):
        visitors.one_round()
    count = visitors.count
    stage.story.note(
        f"{count.answered} ordinary requests: pages, orders, invoices, photos; failed: {count.failed}"
    )
    stage.findings.append((count.failed == 0, f"learning: ordinary requests failed: {count.failed}"))
    time.sleep(2)  # repeats are told once a second
    record = os.path.relpath(running.volume("outrider-state") / "record", stage.work)
    stage.story.output(stage.outrider("learn", record, "--workload", "shop", "-o", "model.json").stderr)
    _grow_up(stage)
    done = stage.outrider("policy", "from-model", "model.json", "-o", "policy.yaml")
    stage.story.output(done.stdout + done.stderr)
    stage.story.command(("cat", "policy.yaml"))
    stage.story.document((stage.work / "policy.yaml").read_text())
    stage.story.command(("outrider", "policy", "check", "policy.yaml", "--replay", record))
    done = task.outrider(("policy", "check", "policy.yaml", "--replay", record), stage.work, statuses=(0, 1))
    stage.story.output(done.stdout)
    words = "replayed under the policy, nothing of what was learned from would be stopped"
    stage.findings.append((done.returncode == 0, words))


def _grow_up(stage: Stage) -> None:
    """From learning to proposed by the terms, from there to blocking because a person says so."""
    stage.story.note("the terms of a demo: seconds where a day is usual, one life where it is three")
    (stage.work / "terms.yaml").write_text(TERMS)
    steps = []
    for container in ("web", "cache"):
        of = ("model", "stage", "model.json", "--container", container)
        for options in (("--terms", "terms.yaml"), ("--set", "blocking", "--who", "kim", "--why", "read it")):
            done = stage.outrider(*of, *options)
            stage.story.output(done.stdout + done.stderr)
        told = json.loads(task.outrider((*of, "--dry-run", "--json"), stage.work).stdout)
        steps.append([step["after"] for step in told["steps"]])
    words = "; ".join(" → ".join(["learning", *one]) for one in steps)
    stage.findings.append((steps == [["proposed", "blocking"]] * 2, words))


def enforce(stage: Stage, running: Task) -> None:
    """Chapter 4: the policy goes to where the sidecar looks; nothing restarts."""
    stage.story.chapter(
        4,
        "Enforce it, live",
        "The policy is put where the sidecar looks: here a file on its volume, on Fargate an SSM parameter "
        "or an S3 object. The sidecar checks and compiles it, the supervisors take it; nothing is restarted.",
    )
    target = running.volume("outrider-state") / "policy.yaml"
    arriving = target.with_name(".policy.yaml")
    stage.story.command(("cp", "policy.yaml", os.path.relpath(target, stage.work)))
    shutil.copyfile(stage.work / "policy.yaml", arriving)
    arriving.replace(target)
    began = time.monotonic()
    _wait_until_taken(running)
    stage.story.note(f"in force in web and cache after {time.monotonic() - began:.1f} s")


def attack(stage: Stage, running: Task) -> None:
    """Chapter 5: six attacks, while visitors keep coming."""
    stage.story.chapter(
        5,
        "Attack",
        "Six attacks through the two holes, while ordinary visitors keep coming. Whether one worked is what "
        "the attacker sees: a shell that answers, a dropper that calls home, a changed front page.",
    )
    with traffic.visiting(running.shop) as count:
        stage.under = strike(stage, running)
    stopped = sum(not worked for worked in stage.under.values())
    stage.story.note(
        f"meanwhile: {count.answered} ordinary requests answered, {count.failed} failed {count.reasons or ''}"
    )
    stage.findings += [
        (stopped == len(ATTACKS), f"with Outrider, attacks stopped: {stopped} of {len(ATTACKS)}"),
        (
            count.failed == 0 and count.answered > 0,
            f"ordinary requests meanwhile: {count.answered}, failed: {count.failed}",
        ),
    ]


def strike(stage: Stage, running: Task) -> dict[str, bool]:
    """All attacks on a task; attack name → whether it worked."""
    address = running.attacker_address or attacker.LOOPBACK
    stage.addresses.add(address)
    with attacker.listening(address) as us:
        return attacks.run_all(
            running.shop, us, lambda attack, worked: stage.story.attack(attack, attack.typed(us), worked)
        )


def explain(stage: Stage, running: Task) -> None:
    """Chapter 6: the flight record."""
    stage.story.chapter(
        6,
        "Explain",
        "What the sidecar wrote down is the flight record: who started whom, what was tried, what was "
        "stopped, why.",
    )
    record = os.path.relpath(running.volume("outrider-state") / "record", stage.work)
    done = stage.outrider("record", "show", record, "--container", "web", "--policy", "policy.yaml")
    stage.story.output(done.stdout, most=60)
    page = stage.work / "incidents.html"
    stage.outrider("record", "show", record, "--policy", "policy.yaml", "--html", page.name)
    written = page.read_text()
    stage.story.note(f"{page.name}: {len(written) // 1024} KiB, one file that needs no network")
    told = all(words in written for words in ("<!DOCTYPE html>", "ATT&amp;CK", "blocked"))
    stage.findings.append((told, "the incidents as a page, with what was stopped and ATT&CK's numbers"))


def compare(stage: Stage, running: Task) -> None:
    """Chapter 7: the task as it was."""
    stage.story.chapter(
        7,
        "And without",
        "The very same images under the task definition as it was, attacked the same way.",
    )
    _ready(running.shop)
    stage.without = strike(stage, running)
    worked = sum(stage.without.values())
    stage.findings.append(
        (worked == len(ATTACKS), f"without Outrider, attacks that worked: {worked} of {len(ATTACKS)}")
    )
    stage.story.side_by_side(ATTACKS, stage.without, stage.under)


def _say_how(stage: Stage, running: Task) -> None:
    """With which engine the task runs, and what of Fargate that does not show."""
    document = running.document
    network = (
        "a network namespace of its own"
        if document["network"]["mode"] == "task"
        else "this machine's network"
    )
    stage.story.note(f"engine: {document['engine']['name']}; the task has {network}")
    reasons: dict[str, list[str]] = {}
    for skipped in document["skipped"]:
        reasons.setdefault(skipped["reason"], []).append(skipped["subject"])
    for reason, subjects in reasons.items():
        stage.story.note(f"not as on Fargate: {reason} [dim]({', '.join(subjects)})[/]")


def _curl(stage: Stage, url: str) -> None:
    stage.story.command(("curl", "-s", url))
    done = subprocess.run(("curl", "-s", url), capture_output=True, text=True, check=False)
    stage.story.output(done.stdout, most=4)


def _ready(shop: str) -> None:
    if not traffic.wait_until_open(shop, 30):
        raise task.EnvironmentFault(f"the shop does not answer at {shop}")


def _wait_until_taken(running: Task) -> None:
    """Wait until the record of both containers says that the policy was taken."""
    record = running.volume("outrider-state") / "record"
    deadline = time.monotonic() + TAKEN_SECONDS
    while time.monotonic() < deadline:
        if all(_takes(record / name) for name in ("web", "cache")):
            return
        time.sleep(0.1)
    raise task.EnvironmentFault(f"the policy was not taken within {TAKEN_SECONDS} s")


def _takes(record: Path) -> bool:
    """Whether a policy that blocks was taken."""
    return any(
        event.type is FrameType.POLICY and event.verdict is Verdict.ALLOW and event.mode is Mode.BLOCK
        for segment in sorted(record.glob("*.flight"))
        for event in read_segment(BytesIO(segment.read_bytes()))
        if isinstance(event, Event)
    )
