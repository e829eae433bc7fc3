"""Each trick succeeds bare, and comes to what its head says under supervision."""

import platform
from pathlib import Path

import pytest

from bypass.heads import HERE, BadHead, Trick, all_tricks, parse, preloaded, security_model
from bypass.known_open import KNOWN_OPEN
from bypass.prepare import KEPT, manifest, prepare
from bypass.table import Result, directory_of, read, run, table, verdict

TRICKS = {trick.name: trick for trick in all_tricks() if trick.runs_on(platform.machine())}
README = HERE.parents[2] / "README.md"
HEAD = """/* trick: run a program
 * act: exec
 * attack: T1059
 * expect: seen
 * why: it need not be
 */
#include "bypass.h"
"""


@pytest.fixture(scope="session")
def prepared() -> Path:
    prepare(KEPT / "run")
    return KEPT / "run"


@pytest.mark.parametrize("name", TRICKS)
def test_trick(name: str, prepared: Path) -> None:
    """What is known to be open must be open: who mends it takes it from the list."""
    [result] = run(prepared, [name])
    assert verdict(TRICKS[name], result) == ("OPEN" if name in KNOWN_OPEN else "ok") or (
        result.found == "cannot" and TRICKS[name].needs
    ), result


@pytest.mark.whole
@pytest.mark.parametrize("engine", ["trace", "old", "preload"])
def test_all_under_the_other_engines(engine: str) -> None:
    """The same comes of every trick, but for what the heads and preload.tsv say."""
    prepare(directory_of(engine), preload=engine == "preload")
    results = run(directory_of(engine), engine=engine)
    assert len(results) == len(TRICKS)
    wrong = [r for r in results if verdict(TRICKS[r.name], r, engine) not in {"ok", "cannot", "OPEN"}]
    assert wrong == []


def test_what_is_open_is_there() -> None:
    assert set(KNOWN_OPEN) <= {trick.name for trick in all_tricks()}


def test_what_differs_with_the_guard_is_there() -> None:
    assert {name for row in preloaded() for name in row.tricks} <= {trick.name for trick in all_tricks()}


@pytest.mark.parametrize(
    "text",
    [
        "outcome\ttricks\n",
        "outcome\treason\ttricks\nstopped\twhy\texec-x\n",
        "outcome\treason\ttricks\nseen\t\texec-x\n",
        "outcome\treason\ttricks\nseen\twhy\texec-x\noutside\twhy\texec-x\n",
    ],
)
def test_a_bad_table_of_differences_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "preload.tsv").write_text(text)
    with pytest.raises(BadHead, match="preload"):
        preloaded(tmp_path / "preload.tsv")


@pytest.mark.parametrize(
    ("name", "cells", "word"),
    [
        ("exec-int80", ("0", "yes", "-"), "ok"),
        ("exec-int80", ("1", "no", "exec:block"), "WRONG"),
        ("exec-race-path", ("0", "yes", "-"), "ok"),
        ("exec-race-path", ("1", "no", "exec:block"), "ok"),
        ("guard-full-table", ("1", "no", "-"), "ok"),
        ("guard-full-table", ("0", "yes", "-"), "WRONG"),
        ("exec-direct", ("0", "yes", "-"), "WRONG"),
    ],
)
def test_what_is_expected_of_the_guard(name: str, cells: tuple[str, str, str], word: str) -> None:
    trick = next(trick for trick in all_tricks() if trick.name == name)
    [result] = read("\t".join((name, "0", *cells, "said")))
    assert verdict(trick, result, "preload") == word


def test_the_readme_lists_what_is_not_stopped() -> None:
    """Else: python -m tests.native.bypass.security_model"""
    _, begin, rest = README.read_text().partition("<!-- bypass:begin -->\n")
    listed, end, _ = rest.partition("<!-- bypass:end -->")
    assert begin and end
    assert listed == security_model(all_tricks())


def test_a_head_is_read() -> None:
    assert parse("exec-x", HEAD) == Trick(
        "exec-x", "run a program", "exec", "T1059", "seen", why="it need not be"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("act: exec", "act: execute"),
        (" * act: exec\n", ""),
        ("attack: T1059", "attack: 1059"),
        ("expect: seen", "expect: maybe"),
        (" * why: it need not be\n", ""),
        (" * act: exec\n", " * act: exec\n * act: exec\n"),
        (" * act: exec\n", " * because: of that\n"),
        (" * expect: seen\n", " * expect: seen\n * arch: riscv\n"),
        (" * why: it need not be\n", " * why: it need not be\n * old: seen\n"),
        (" * why: it need not be\n", " * why: it need not be\n * traced: stopped because of that\n"),
        (" * attack: T1059\n * expect: seen\n", " * expect: seen\n * attack: T1059\n"),
        ('#include "bypass.h"\n', ""),
        ('#include "bypass.h"\n', '#include "bypass.h"\n' + "\n" * 120),
    ],
)
def test_a_bad_head_is_refused(old: str, new: str) -> None:
    assert old in HEAD
    with pytest.raises(BadHead, match="exec-x"):
        parse("exec-x", HEAD.replace(old, new, 1))


def test_a_bad_name_is_refused() -> None:
    with pytest.raises(BadHead):
        parse("Exec", HEAD)


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (("0", "1", "no", "exec:block"), "stopped"),
        (("0", "77", "no", "exec:block"), "stopped"),
        (("0", "signal 9", "no", "exec:block"), "stopped"),
        (("0", "1", "no", "-"), "untold"),
        (("0", "0", "yes", "exec:alert"), "seen"),
        (("0", "0", "yes", "-"), "outside"),
        (("0", "0", "yes", "trouble"), "outside"),
        (("0", "0", "yes", "exec:allow"), "outside"),  # the start of the trick itself
        (("0", "0", "no", "-"), "broken"),
        (("0", "99", "no", "exec:block"), "broken"),
        (("0", "hung", "no", "exec:block"), "broken"),
        (("0?", "1", "no", "exec:block"), "unproven"),
        (("1", "1", "no", "exec:block"), "unproven"),
        (("77", "77", "no", "-"), "cannot"),
    ],
)
def test_what_is_found(cells: tuple[str, str, str, str], found: str) -> None:
    [result] = read("\t".join(("exec-x", *cells, "said")))
    assert result.found == found


def test_a_line_of_something_else_is_passed_over() -> None:
    assert read("[    0.000000] Linux version\nexec-x\t0\n") == []


@pytest.mark.parametrize("expect", ["stopped", "seen", "outside"])
def test_only_refusals_for_the_guard_need_no_event(expect: str) -> None:
    untold = Result("guard-x", "0", "1", False, ())
    for act in ("guard", "exec"):
        trick = Trick("guard-x", "x", act, "T1562", expect)
        assert untold.meets(trick) == (expect == "stopped" and act == "guard")


@pytest.mark.parametrize(
    ("engine", "field", "cells", "word"),
    [
        ("old", {}, ("1", "no", "exec:block"), "ok"),
        ("old", {}, ("77", "no", "-"), "ok"),
        ("trace", {}, ("77", "no", "-"), "WRONG"),
        ("old", {}, ("0", "yes", "exec:block"), "WRONG"),
        ("trace", {}, ("1", "no", "-"), "WRONG"),
        ("old", {"old": "seen because x"}, ("0", "yes", "exec:block"), "ok"),
        ("old", {"traced": "seen because x"}, ("0", "yes", "exec:block"), "ok"),
        ("trace", {"traced": "seen because x"}, ("1", "no", "exec:block"), "ok"),
        ("trace", {"old": "seen because x"}, ("0", "yes", "exec:block"), "WRONG"),
        ("auto", {"traced": "seen because x"}, ("0", "yes", "exec:block"), "WRONG"),
        ("old", {"old": "seen because x"}, ("0", "yes", "-"), "WRONG"),
        ("old", {"old": "outside because x"}, ("0", "yes", "-"), "ok"),
        ("old", {"old": "seen or outside because x"}, ("0", "yes", "-"), "ok"),
        ("old", {"old": "seen or outside because x"}, ("0", "yes", "exec:block"), "ok"),
        ("old", {"old": "seen or outside because x"}, ("1", "no", "exec:block"), "ok"),
        ("trace", {"old": "seen or outside because x"}, ("0", "yes", "-"), "WRONG"),
        (
            "old",
            {"old": "outside because x"},
            ("1", "no", "exec:block"),
            "WRONG",
        ),  # mended: the head has to say so
    ],
)
def test_what_is_expected_of_an_engine(
    engine: str, field: dict[str, str], cells: tuple[str, ...], word: str
) -> None:
    trick = Trick("exec-x", "x", "exec", "T1059", "stopped", **field)
    [result] = read("\t".join(("exec-x", "0", *cells, "said")))
    assert verdict(trick, result, engine) == word


def test_the_table() -> None:
    trick = parse("exec-x", HEAD)
    assert table([trick], [Result("exec-x", "0", "0", True, ("exec:alert",))], "6.1") == (
        "trick   ATT&CK  act   expected  found  kernel\n"
        "exec-x  T1059   exec  seen      seen   6.1\n"
        "\n"
        "1 tricks: 1 seen\n"
    )
    assert "WRONG" in table([trick], [Result("exec-x", "0", "0", True, ())], "6.1")
    assert "1 not run" in table([trick], [], "6.1")


def test_the_manifest() -> None:
    assert manifest([parse("exec-x", HEAD)]) == "exec-x\texec\t-\tT1059\tseen\trun a program\n"
