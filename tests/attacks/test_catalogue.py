"""The catalogue says what is tested, and everything in code/ is in it."""

from collections import Counter

import pytest

from attacks import table
from attacks.attack import Attack, Outcome
from attacks.catalogue.twins import TWINS
from attacks.harness.scene import CODE
from attacks.registry import ATTACKS

ORDINARY = {"python/app.py", "python/read_out.py", "node/app.js", "ruby/app.rb", "java/App.java"}
TOGETHER = {"native/native.c", "java"}


def test_the_table_is_that_of_the_registry() -> None:
    said = table.README.read_text()
    assert said == table.written(said), "run `python -m attacks.table` in tests/"


def test_every_attack_has_a_name_of_its_own() -> None:
    names = Counter(attack.id for attack in (*ATTACKS, *TWINS))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_file_of_code_belongs_to_an_attack() -> None:
    used = {name for attack in (*ATTACKS, *TWINS) for name in (attack.file, *attack.files)}
    there = {str(path.relative_to(CODE)) for path in CODE.rglob("*.*") if path.is_file()}
    there = {name for name in there if "__pycache__" not in name}
    beside = {name for name in there if any(name.startswith(f"{one}/") for one in used)}
    assert there - beside - used - ORDINARY - TOGETHER == set()
    assert {name for name in used if not (CODE / name).exists()} <= {"native/native.so"}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_what_is_not_stopped_says_why_and_what_is_stopped_is_told(attack: Attack) -> None:
    assert (attack.outcome is Outcome.BLOCKED) == (not attack.why)
    assert (attack.act is not None) == (attack.outcome is not Outcome.NOT_STOPPED)
