"""What only looks like an attack goes on working under the guard in block mode, and nobody tells of it."""

import pytest

from attacks.attack import Attack
from attacks.catalogue.twins import TWINS
from attacks.harness.scene import World, playing


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.id)
def test_a_look_alike_goes_on_working(twin: Attack, world: World) -> None:
    with playing(world, twin, guarded=True) as scene:
        scene.strike()
        scene.close()
        assert scene.heard.starts(), "the guard was not there"
        assert twin.proof(scene), scene.answer
        assert scene.heard.deviations() == []
