"""Every attack of the catalogue: it works; under the guard it ends as said, and the function goes on."""

import time

import pytest

from attacks.attack import Attack, Outcome
from attacks.harness.scene import PATIENCE_SECONDS, TELLING_SECONDS, Scene, World, playing
from attacks.registry import ATTACKS

every_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)


@every_attack
def test_it_works_without_the_guard(attack: Attack, world: World) -> None:
    with playing(world, attack, guarded=False) as scene:
        assert "hello Ada" in scene.greet(), log(scene)
        scene.strike()
        assert soon(scene), f"{scene.answer}\n{log(scene)}"


@every_attack
def test_it_does_what_the_catalogue_says_under_the_guard(attack: Attack, world: World) -> None:
    with playing(world, attack, guarded=True) as scene:
        assert "hello Ada" in scene.greet(), log(scene)
        assert scene.heard.starts(), "the guard was not there"
        assert scene.heard.deviations() == [], brief(scene)
        scene.strike()
        if attack.act:
            told = scene.heard.wait_for(attack.act.is_told_by, TELLING_SECONDS)
            assert told, f"nobody told of {attack.act}: {brief(scene)}\n{scene.answer}\n{log(scene)}"
        if attack.outcome is not Outcome.BLOCKED:
            assert soon(scene), f"it is stopped now: say so in the catalogue\n{scene.answer}\n{brief(scene)}"
            return
        assert not attack.proof(scene), brief(scene)
        if attack.survives:
            assert "hello Ada" in scene.greet(), log(scene)
        scene.close()
        assert not attack.proof(scene), brief(scene)


def soon(scene: Scene) -> bool:
    """Whether it worked, after a while."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not scene.attack.proof(scene):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def log(scene: Scene) -> str:
    """What the runtime said."""
    return (scene.place / "log").read_text(errors="replace")[-3000:]


def brief(scene: Scene) -> str:
    """The events, a line each."""
    keys = ("kind", "verdict", "syscall", "target", "name", "program", "code", "message", "features")
    return "\n".join(" | ".join(str(one[key]) for key in keys) for one in scene.heard.events)
