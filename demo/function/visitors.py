"""Ordinary visitors: what the shop is for. Each answer is checked."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from demo.function.attacks import request
from demo.function.loopback import PRICE_LIST, WINDOW, Neighbours

NAMES = ("Ada", "Grace", "Edsger", "Barbara", "Donald", "Frances", "Tony", "Katherine", "Niklaus", "Jean")

Visit = tuple[dict[str, Any], Callable[[str], bool]]
"""An event, and whether the answer is right."""


def visits(us: Neighbours, rounds: int) -> Iterator[Visit]:
    """So many rounds through the shop."""
    cookie = ""
    for number in range(rounds):
        name = NAMES[number % len(NAMES)]
        yield request("/prices", {}), lambda said: said.encode() == PRICE_LIST
        order = {"order": str(1000 + number), "name": name}
        yield request("/invoice", order), lambda said, name=name: f"for {name}" in said
        yield (
            request("/basket", {"add": "saddle"}, cookie),
            lambda said: "saddle" in json.loads(said)["things"],
        )
        yield request("/preview", {"url": f"{us.prices}/window"}), lambda said: said.encode() == WINDOW
