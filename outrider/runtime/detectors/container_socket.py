"""Whoever may talk to the container engine owns the machine."""

from collections.abc import Set

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.networks import Place, place_of
from outrider.runtime.detectors.paths import shown
from outrider.runtime.detectors.programs import program_name

SOCKETS = {
    "buildkitd.sock": "BuildKit",
    "containerd.sock": "containerd",
    "cri-dockerd.sock": "Docker, by Kubernetes' interface",
    "crio.sock": "CRI-O",
    "docker.sock": "Docker",
    "dockershim.sock": "Docker, by Kubernetes' interface",
    "frakti.sock": "Frakti",
    "podman.sock": "Podman",
}
"""Last names of sockets, wherever they are mounted to → who listens."""

DOCKER_PORT = 2375
"""Docker's interface over TCP without a password, as IANA has it."""


def begin(scene: Scene) -> Set[Behaviour]:
    """What is known of the container."""
    return scene.known


def step(known: Set[Behaviour], event: Event) -> tuple[Set[Behaviour], tuple[Hit, ...]]:
    """A connection to an engine."""
    address = event.address
    path = address.host if address is not None and address.family == "unix" else event.target
    engine = SOCKETS.get(program_name(path)) if path else None
    over_network = (
        address is not None
        and address.port == DOCKER_PORT
        and address.protocol == "tcp"
        and place_of(address.host) in (Place.LOOPBACK, Place.LINK, Place.PRIVATE)
    )
    if (engine is None and not over_network) or is_known(known, event):
        return known, ()
    name = program_name(event.program) or "a program"
    where = shown(path) if engine else f"port {DOCKER_PORT} of {address.host if address else ''}"
    hit = Hit(
        event=event,
        what=f"{name} connected to the container engine {engine or 'Docker'} at {where}",
        severity=None if engine else Severity.MEDIUM,
        confidence=None if engine else Confidence.LOW,
        facts={"engine": engine or "Docker", "address": where},
    )
    return known, (hit,)


DETECTOR = Detector(
    id="container-socket",
    title="A program talks to the container engine",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1610", "T1609", "T1611"),
    falco=("The docker client is executed in a container",),
    guardduty=("PrivilegeEscalation/DockerSocketAccessed",),
    explanation=(
        "Over the socket of Docker, containerd, CRI-O or Podman one starts containers with any privileges, "
        "and reads the secrets of all others. It is there only where somebody mounted it."
    ),
    false_positives=(
        "Proxies and agents that find containers that way (Traefik, monitoring, build runners): the same "
        "program each time, so they are learned."
    ),
    advice=(
        "Do not mount the socket, or put a proxy before it that only reads. See in the engine's own log "
        "what was asked of it."
    ),
    kinds=frozenset({Kind.CONNECT}),
    begin=begin,
    step=step,
)
