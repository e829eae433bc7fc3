"""All attacks, in the order the catalogue shows them."""

from attacks.attack import Attack
from attacks.catalogue import (
    deserialisation,
    droppers,
    injection,
    memory,
    native,
    network,
    persistence,
    runtime_api,
    secrets,
    tampering,
)

ATTACKS: tuple[Attack, ...] = (
    *injection.ATTACKS,
    *secrets.ATTACKS,
    *droppers.ATTACKS,
    *network.ATTACKS,
    *runtime_api.ATTACKS,
    *deserialisation.ATTACKS,
    *native.ATTACKS,
    *memory.ATTACKS,
    *persistence.ATTACKS,
    *tampering.ATTACKS,
)
