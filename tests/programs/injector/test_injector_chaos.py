"""200 bad days: nothing is half-patched, everything has one outcome, and all comes off to the byte.

Calls fail, are lost after they were done, or end the invocation; messages come twice and in any order.
"""

import json
from typing import Any

import pytest
from injector_account import FUNCTION, SIDECAR, Context, service_event, task_definition
from injector_memory import ECS, LAMBDA, LAYER, Killed, Memory
from test_injector_functions import changed

from cdk_app.functions.injector import building, handler, settings
from cdk_app.functions.injector.aws.bus import EventBus
from cdk_app.functions.injector.definitions import Definitions
from cdk_app.functions.injector.program import Program
from outrider.account.functions import Functions
from outrider.errors import OutriderError
from outrider.inject import function_names as names
from outrider.inject.document import register_form
from outrider.inject.protection import State, of_task_definition

pytestmark = pytest.mark.whole

SEEDS = 200
ASKING, SILENT = ("web", "api"), "quiet"
VARIABLES = {
    "OUTRIDER_OUTCOMES_TABLE": "outcomes",
    "OUTRIDER_BUS_NAME": "outrider",
    "OUTRIDER_SIDECAR_IMAGE": SIDECAR,
    "OUTRIDER_LAYER_ARNS": json.dumps({"x86_64": LAYER}),
    "OUTRIDER_PAUSED_PARAMETER": "/outrider/paused",
}


class World:
    """An account, its injector, and a clock that goes on between two invocations."""

    def __init__(self, seed: int, badness: float) -> None:
        self.memory = Memory(seed, badness)
        self.moment = 1_700_000_000.0
        self.errors: list[str] = []
        self.program = self.fresh()
        document = task_definition(futureField={"kept": True})
        first = self.quietly(lambda: self.memory.ecs_register_task_definition(**document))
        self.original = first["taskDefinition"]["taskDefinitionArn"]
        for name in (*ASKING, SILENT):
            arn = f"{ECS}:service/prod/{name}"
            tags = [{"key": "outrider", "value": "protect"}] if name in ASKING else []
            self.memory.services[arn] = {
                "serviceArn": arn, "serviceName": name, "clusterArn": f"{ECS}:cluster/prod",
                "status": "ACTIVE", "taskDefinition": self.original, "tags": tags,
            }  # fmt: skip
        for name in ("checkout", "other"):
            self.memory.functions[name] = {
                "FunctionName": name, "FunctionArn": f"{LAMBDA}:function:{name}", "Runtime": "python3.13",
                "RevisionId": "1", "Environment": {"Variables": {"A": "", "B": "2"}}, "CodeSize": 10,
                "tags": {"outrider": "protect"} if name == "checkout" else {},
            }  # fmt: skip

    def fresh(self) -> Program:
        """A new sandbox."""
        return building.build(
            FUNCTION,
            settings.read(VARIABLES),
            lambda name, error: self.errors.append(name),
            clients=self.memory.client,
            clock=lambda: self.moment,
            pause=lambda seconds: None,
        )

    def quietly(self, do: Any) -> Any:
        """Do something on a good day."""
        badness, self.memory.badness = self.memory.badness, 0
        try:
            return do()
        finally:
            self.memory.badness = badness

    def deliver(self, messages: list[dict[str, Any]], most: int = 400) -> None:
        """As SQS does: what failed comes again, in any order, some of it twice."""
        waiting = [*messages, *messages[::2]]
        for _ in range(most):
            if not waiting:
                return
            self.memory.random.shuffle(waiting)
            taken, waiting = waiting[:3], waiting[3:]
            records = [
                {"messageId": str(n), "body": json.dumps(one), "eventSource": "aws:sqs"}
                for n, one in enumerate(taken)
            ]
            try:
                answer = handler.handle({"Records": records}, Context(), self.program, 0)  # type: ignore[arg-type]
                again = [taken[int(one["itemIdentifier"])] for one in answer["batchItemFailures"]]
            except (Killed, OutriderError):
                again, self.program = taken, self.fresh()
            waiting += again
            self.moment += 60
        raise AssertionError(f"{len(waiting)} messages never came to an end")

    def insist(self, most: int = 200, **command: str) -> None:
        """A person gives a command until it is carried out."""
        for _ in range(most):
            try:
                handler.handle(command, Context(), self.program, 0)  # type: ignore[arg-type]
            except (Killed, OutriderError):
                self.program = self.fresh()
                self.moment += 400
            else:
                return
        raise AssertionError(f"never carried out: {command}")

    def service(self, name: str) -> str:
        return str(self.memory.services[f"{ECS}:service/prod/{name}"]["taskDefinition"])

    def outcome(self, subject: str) -> dict[str, Any]:
        return {
            name: value["S"] for name, value in self.memory.items[subject, "latest"].items() if "S" in value
        }


def subjects() -> list[str]:
    return [f"{ECS}:service/prod/{name}" for name in (*ASKING, SILENT)] + [
        f"{LAMBDA}:function:{name}" for name in ("checkout", "other")
    ]


def check_protected(world: World) -> None:
    memory = world.memory
    for name in ASKING:
        found = memory.definitions[world.service(name)]
        assert of_task_definition(found, SIDECAR).state is State.PROTECTED
        assert found["taskDefinition"]["futureField"] == {"kept": True}
    assert world.service(SILENT) == world.original
    assert len(memory.definitions) == 2, "one content was registered more than once"
    checkout, other = memory.functions["checkout"], memory.functions["other"]
    assert checkout["Environment"]["Variables"][names.WRAPPER] == names.OUR_WRAPPER
    assert [layer["Arn"] for layer in checkout["Layers"]] == [LAYER]
    assert names.MARKER in checkout["tags"]
    assert f"{names.ORIGINALS}/checkout" in memory.parameters
    assert (other["RevisionId"], f"{names.ORIGINALS}/other" in memory.parameters) == ("1", False)
    told = {one["id"] for one in memory.told}
    for subject in subjects():
        kept = world.outcome(subject)
        asked = subject.rpartition("/")[2] in ASKING or subject.endswith("checkout")
        assert kept["outcome"] == ("covered" if asked else "skipped"), kept
        assert kept["id"] in told


@pytest.mark.parametrize(
    "tenth", [*range(3), *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 10))]
)
def test_nothing_is_lost_and_nothing_is_half_patched(tenth: int) -> None:
    for seed in range(tenth, SEEDS, 10):
        world = World(seed, badness=0.01 + seed % 8 / 100)
        before = copy_of(world)
        messages = [service_event(subject) for subject in subjects() if ":service/" in subject]
        world.deliver([*messages, changed("checkout"), changed("other"), {"command": "reconcile"}])
        world.moment += 400
        world.quietly(
            lambda world=world: world.deliver([{"command": "reconcile"}])
        )  # the next one, on a good day
        check_protected(world)
        for name in ASKING:
            world.insist(command="unprotect", service=f"{ECS}:service/prod/{name}")
        world.insist(command="unprotect", function="checkout")
        world.deliver([*messages, changed("checkout")])
        assert copy_of(world) == before
        assert all(world.outcome(subject)["outcome"] == "skipped" for subject in subjects())


def copy_of(world: World) -> str:
    """Everything a customer has, byte for byte."""
    functions = {
        name: {key: value for key, value in one.items() if key != "RevisionId"}
        for name, one in world.memory.functions.items()
    }
    for function in functions.values():
        function["Layers"] = function.get("Layers") or []
    services = {
        name: register_form(world.memory.definitions[world.service(name)]).document
        for name in (*ASKING, SILENT)
    }
    return json.dumps([functions, services, sorted(world.memory.parameters)], sort_keys=True)


def forgetful(self: Definitions, document: Any, identity: str, before: str) -> str:
    return self.calls.register(document)


def careless(self: Functions, function: str, text: str) -> None:
    """What a function was before is not kept."""


def silent(self: EventBus, one: Any) -> None:
    """Nobody is told."""


@pytest.mark.parametrize(
    ("owner", "name", "fault"),
    [
        (Definitions, "registered", forgetful),
        (Functions, "write_original", careless),
        (EventBus, "send", silent),
    ],
)
def test_a_planted_fault_is_found(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, fault: Any
) -> None:
    monkeypatch.setattr(owner, name, fault)
    with pytest.raises((AssertionError, KeyError)):
        test_nothing_is_lost_and_nothing_is_half_patched(0)


def test_a_good_day_takes_few_calls() -> None:
    world = World(0, badness=0)
    world.deliver([service_event(subjects()[0])])
    first = world.memory.calls
    world.deliver([service_event(subjects()[0])])
    assert first < 50
    assert world.memory.calls - first < 30
