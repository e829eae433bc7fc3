"""How much of an account is protected: rows, what they count for, and the totals a report opens with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outrider.errors import OutriderError
from outrider.inject import mending, opt
from outrider.inject.function_pristine import is_wrapped
from outrider.inject.function_refusals import Found
from outrider.inject.function_versions import Alias
from outrider.inject.protection import Protection, State, of_function, of_task_definition

UNKNOWN = "unknown"
"""What could not be looked at: it counts as not protected."""

COUNTED = (State.PROTECTED, State.NOT, State.DRIFTED, State.OLD)
"""States that count in the percentage; what cannot be protected, or asked to be left out, does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The injector's newest outcome of a subject."""

    outcome: str
    reason: str
    hint: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One service, with its task definition, or one function."""

    kind: str
    """`service` or `function`."""
    name: str
    arn: str
    definition: str = ""
    """ARN of the task definition that a service runs."""
    state: str
    """A `State`, or `unknown`."""
    why: str
    command: str = ""
    """What would mend it; empty when nothing is to be mended, or nothing mends it."""
    notes: tuple[str, ...] = ()


def service_row(
    name: str,
    service: Mapping[str, Any],
    definition: Mapping[str, Any],
    cluster_tags: Mapping[str, str],
    *,
    sidecar: str,
    told: Told | None,
) -> Row:
    """A service as it is now. Raises InvalidInput for a definition that is none."""
    arn = str(service["serviceArn"])
    revision = str(definition["taskDefinition"].get("taskDefinitionArn", ""))
    tagged = opt.tagged(definition, service, cluster_tags)
    found = _judged(of_task_definition(definition, sidecar), tagged, told)
    state = State(found.state)
    return Row(
        kind="service",
        name=name,
        arn=arn,
        definition=revision,
        state=state.value,
        why=found.why,
        command=mending.of_service(arn, revision, state),
        notes=found.notes,
    )


def function_row(
    found: Found, aliases: Sequence[Alias], *, newest: Mapping[str, str], told: Told | None
) -> Row:
    """A function as it is now: protected only when what its aliases run is, too."""
    judged = _judged(of_function(found, newest), [("function", found.tags)], told)
    state, why, command = judged.state, judged.why, mending.of_function(found.name, judged.state)
    unknown = tuple(
        f"whether there is a newer {base} is not known" for base, arn in sorted(newest.items()) if not arn
    )
    bare = [a for a in aliases if a.configuration and not is_wrapped(a.configuration)]
    if state is State.PROTECTED and bare:
        listed = ", ".join(f"{alias.name} (version {alias.version})" for alias in bare)
        state, why = State.NOT, f"$LATEST is protected, and what these aliases run is not: {listed}"
        command = mending.of_alias(found.name, bare[0].name)
    return Row(
        kind="function",
        name=found.name,
        arn=str(found.configuration.get("FunctionArn", found.name)),
        state=state.value,
        why=why,
        command=command,
        notes=(*judged.notes, *unknown),
    )


def unknown_row(kind: str, name: str, error: OutriderError) -> Row:
    """What could not be looked at."""
    hint = f" ({error.hint})" if error.hint else ""
    return Row(kind=kind, name=name, arn="", state=UNKNOWN, why=f"{error.message}{hint}")


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many of each state, those with none too."""
    states = [row.state for row in rows]
    return {name: states.count(name) for name in (*(state.value for state in State), UNKNOWN)}


def share(numbers: Mapping[str, int]) -> tuple[int, int]:
    """(Protected, all that count); what is unknown counts, and is not protected."""
    total = sum(numbers[state.value] for state in COUNTED) + numbers[UNKNOWN]
    return numbers[State.PROTECTED.value], total


def percent(numbers: Mapping[str, int]) -> float:
    """Protected, percent of all that count, rounded down to a tenth; 100 when nothing counts."""
    protected, total = share(numbers)
    return 100.0 if total == 0 else protected * 1000 // total / 10


def _judged(
    found: Protection, tagged: Sequence[tuple[str, Mapping[str, str]]], told: Told | None
) -> Protection:
    """The state, once what its owner asked for and what the injector said of it is known."""
    if found.state is not State.NOT:
        return found
    choice = opt.choose(opt.Opt.IN, tagged)
    if choice.asked and not choice.wanted:
        return Protection(State.LEFT_OUT, choice.why)
    if told is None:
        return replace(found, why=f"{found.why}; {choice.why}")
    if told.outcome == "covered":
        return Protection(
            State.DRIFTED, f"the injector protected it ({told.time}), and it was set back since"
        )
    hint = f" ({told.hint})" if told.hint else ""
    return replace(found, why=f"{told.reason}{hint}")
