"""Data leaves, or orders come, in the names that are looked up."""

import math
from collections import Counter
from dataclasses import dataclass, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.lists import Names, names_in
from outrider.runtime.detectors.paths import shown
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window

LONG_LABEL = 24
"""Characters from which on a label may carry something: fifteen bytes in base32. A UUID has more."""
CARRIED = 16
"""Characters of all labels together, where the type of the query is one that brings much back."""
LEAST_ENTROPY = 2.8
"""Bits a character: hexadecimal digits have up to 4, base32 up to 5; `xxxxxxxxxxxx` has none."""
MOST_NAMES = 24
"""Different such names below one domain within ten minutes. Ten an hour are beyond any use to a thief."""
CARRIERS = frozenset({"type=TXT", "type=NULL", "type=TYPE25", "type=TYPE65399"})
"""Types of queries that tunnels ask for: their answers hold the most. The numbers are KEY and PRIVATE."""

WINDOW = Window(span_ns=600 * SECOND, most=MOST_NAMES)


@dataclass(frozen=True, slots=True)
class State:
    """What is looked up, and what was seen."""

    exempt: Names
    counts: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """Nothing was seen."""
    return State(names_in(scene, "tunnel-free-names"))


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """One more name."""
    name = event.target.lower().removesuffix(".")
    below, domain = split(name)
    if len(below) < CARRIED or not _carries(below, event) or state.exempt.find(name):
        return state, ()
    counts, recent = WINDOW.add(state.counts, domain, below[-96:], event)
    if len(recent) < MOST_NAMES:
        return replace(state, counts=counts), ()
    carried = sum(len(str(thing).replace(".", "")) for thing in recent.things)
    hit = Hit(
        event=event,
        what=f"{len(recent)} different names that look like data were looked up below {shown(domain)}",
        earlier=recent.seqs,
        facts={"domain": shown(domain), "last": shown(name), "characters": str(carried)},
    )
    return replace(state, counts=WINDOW.tell(counts, domain, event)), (hit,)


def split(name: str) -> tuple[str, str]:
    """What is below a domain that somebody registered, and the domain: `a.b`, `example.co.uk`.

    By its shape, not by the public suffix list: a short label before a country's two letters belongs to it.
    """
    labels = name.split(".")
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[:-keep]), ".".join(labels[-keep:])


def _carries(below: str, event: Event) -> bool:
    """Whether a name looks as if it carried something."""
    carrier = any(word in CARRIERS for word in event.message[:200].split())
    longest = max(map(len, below.split(".")))
    return (carrier or longest >= LONG_LABEL) and entropy(below) >= LEAST_ENTROPY


def entropy(text: str) -> float:
    """Bits a character, by Shannon."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0


DETECTOR = Detector(
    id="dns-tunnel",
    title="Data in the names that are looked up",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1071.004", "T1048.003"),
    explanation=(
        "Names are passed on to whoever owns the domain, also from a network without a way out. A tunnel "
        "asks for many different ones, long, that look like chance, or for records that hold much (TXT, "
        "NULL). It counts them by domain; one long name is nothing."
    ),
    false_positives=(
        "Blocklists and antivirus services that are asked by DNS with digests for names; names that content"
        " delivery makes up. Add their domains to the list tunnel-free-names."
    ),
    advice=(
        "Block the domain in Route 53 Resolver DNS Firewall, see who owns it, and find the program: events "
        "of name lookups do not have it, connections at the same time do."
    ),
    kinds=frozenset({Kind.RESOLVE}),
    begin=begin,
    step=step,
)
