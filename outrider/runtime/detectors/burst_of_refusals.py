"""One process and what it started try many different things, and are refused."""

from dataclasses import dataclass, field
from hashlib import blake2b

from outrider.model.detection import MOST_EVIDENCE, Confidence
from outrider.model.event import Event, FrameType, Kind, Verdict
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.memory import Memory
from outrider.runtime.detectors.programs import fits, program_name

WINDOW = 60 * SECOND
DIFFERENT = 8
"""Different acts refused within the window. A service that lacks one rule tries one thing again and again."""
DIFFERENT_AND_OFTEN, OFTEN = 4, 60
"""Fewer different ones are enough when they come this often altogether."""
QUIET = 600 * SECOND
"""After telling of a tree, nothing more is told of it for so long."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """Refusals of one tree: (digest of what was tried, when last, number of an event, how often)."""

    tried: tuple[tuple[str, int, int, int], ...] = ()
    told_ns: int = 0


@dataclass(frozen=True, slots=True)
class _State:
    """By the pid at the top of each tree."""

    trees: Memory[int, _Tree] = field(default_factory=Memory)


def _begin(_: Scene) -> _State:
    return _State()


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """Add a refusal to its tree."""
    if event.verdict is not Verdict.BLOCK:
        return state, ()
    top = _top(event)
    tree = state.trees.get(top) or _Tree()
    if tree.told_ns and 0 <= event.time_ns - tree.told_ns < QUIET:
        return state, ()
    tried = _after(tree, event)
    different, total = len(tried), sum(one[3] for one in tried)
    if different < DIFFERENT and (different < DIFFERENT_AND_OFTEN or total < OFTEN):
        return _State(state.trees.plus(top, _Tree(tried))), ()
    what = (
        f"{different} different acts of {fits(program_name(event.program)) or 'a program'} and its kin were "
        f"refused within a minute, {total} times in all"
    )
    hit = Hit(event=event, what=what, earlier=tuple(one[2] for one in tried), facts={"count": str(total)})
    return _State(state.trees.plus(top, _Tree((), event.time_ns))), (hit,)


def _top(event: Event) -> int:
    """The process that a tree is known by: the parent of who acted. Workers of a server share one; so do the
    commands of a script."""
    return event.ancestors[0].pid if event.ancestors else event.pid


def _after(tree: _Tree, event: Event) -> tuple[tuple[str, int, int, int], ...]:
    """What was tried within the window, with this."""
    what, address = f"{event.kind}:{event.target}", event.address
    if address is not None:
        what = f"{event.kind}:{address.host}:{address.port}"
    times = max(1, event.count) if event.type is FrameType.REPEAT else 1
    what = blake2b(what.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    before = sum(one[3] for one in tree.tried if one[0] == what)
    kept = [one for one in tree.tried if one[0] != what and event.time_ns - one[1] <= WINDOW]
    return (*kept, (what, event.time_ns, event.seq, before + times))[-MOST_EVIDENCE:]


DETECTOR = Detector(
    id="burst-of-refusals",
    title="Many different refusals in a short time",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1083", "T1046", "T1059"),
    explanation=(
        "Who has got in does not know what the policy allows, and tries: this program, that file, another "
        "address. A service does what it always does; when a rule is missing it is refused one thing, over "
        "and over."
    ),
    false_positives=(
        "The first minutes of a new version under the model of the old one: then it is the policy that has "
        "to learn. One act that is tried again counts once."
    ),
    advice=(
        "Read what was refused, in order: it is an intruder's plan, or the list of rules that a new version"
        " needs. `outrider policy check --replay` shows the second."
    ),
    kinds=frozenset({Kind.EXEC, Kind.CONNECT, Kind.BIND, Kind.WRITE, Kind.SYSCALL, Kind.READ, Kind.RESOLVE}),
    begin=_begin,
    step=_step,
    repeats=True,
)
