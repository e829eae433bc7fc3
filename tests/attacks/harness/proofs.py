"""How an attack shows that it worked. Each may be asked again and again, and after the function is gone."""

from typing import TYPE_CHECKING

from attacks.attack import Proof

if TYPE_CHECKING:
    from attacks.harness.scene import Scene

SECRET = "wJalrXUtnFEMI"  # noqa: S105 - an example
"""In the function's environment, as AWS_SECRET_ACCESS_KEY."""


def answers_text(text: str) -> Proof:
    """The attacker reads this in the function's answer."""
    return lambda scene: text in scene.answer


answers_id = answers_text("uid=")
"""The attacker reads what `id` prints."""
answers_secret = answers_text(SECRET)


def attacker_has(text: bytes) -> Proof:
    """This arrived at one of the attacker's ports."""
    return lambda scene: scene.attacker.has(text)


def file_says(path: str, text: bytes) -> Proof:
    """A file of the scene holds this."""

    def proof(scene: "Scene") -> bool:
        file = scene.place / path
        return file.is_file() and text in file.read_bytes()

    return proof


id_in_file = file_says("tmp/out", b"uid=")
"""What `id` printed lies where the attacker wanted it."""


def service_asked(text: bytes) -> Proof:
    """The good service was asked with this."""
    return lambda scene: any(text in one for one in scene.attacker.served)


def next_visitor_stolen(scene: "Scene") -> bool:
    """What the next visitor sends lies where the attacker wanted it."""
    stolen = file_says("tmp/out", b"visitors card")
    return stolen(scene) or (not scene.closed and scene.visit(until=stolen))


def answered_by_attacker(scene: "Scene") -> bool:
    """The Runtime API took the attacker's answer for the function's."""
    return '"ours"' in scene.answers


def extension_registered(scene: "Scene") -> bool:
    """The Extensions API took it."""
    return "planted" in scene.api.registered


def handler_is_theirs(scene: "Scene") -> bool:
    """The next visitor is answered by the attacker."""
    return "are ours" in scene.answer or (not scene.closed and "are ours" in scene.greet())


def extension_died(scene: "Scene") -> bool:
    """Our extension is gone."""
    return scene.extension.poll() is not None


def state_was_written(scene: "Scene") -> bool:
    """The byte the attacker wrote is there."""
    return scene.state_byte(36) == 1


def state_moved_away(scene: "Scene") -> bool:
    """The directory is not where it was."""
    return not scene.state.is_dir()


def policy_was_emptied(scene: "Scene") -> bool:
    """There is no policy any more."""
    return scene.policy.stat().st_size == 0


def event_was_forged(scene: "Scene") -> bool:
    """It was believed."""
    return any(one["target"] == "forged" for one in scene.heard.deviations())
