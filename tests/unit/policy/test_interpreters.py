"""What is said of interpreters is compared with the interpreters of this machine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from outrider.policy.interpreters import INTERPRETERS, Interpreter, Runs, interpreter_of, meaning

SAYS = {
    "python": "print('r' + 'an')",
    "perl": "print 'r', qq(an\\n);",
    "ruby": "puts 'r' + 'an'",
    "node": "console.log('r' + 'an')",
    "php": "echo 'r', 'an';",
}
"""Code that prints `ran`, which stands in no code and in no path."""

INSTALLED = [name for name in INTERPRETERS if shutil.which("python3" if name == "python" else name)]
SPELLINGS = [
    pytest.param(name, words, id=f"{name} {' '.join(words)}")
    for name in INSTALLED
    for words in INTERPRETERS[name].spellings
]


def code_of(name: str) -> str:
    return SAYS.get("node" if name == "nodejs" else name, "echo r''an")


def said(name: str, words: tuple[str, ...], place: Path, stdin: str = "") -> str:
    program = shutil.which("python3" if name == "python" else name)
    assert program
    clean = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME")}
    done = subprocess.run(
        [program, *words],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=place,
        env=clean,
        timeout=60,
        check=False,
    )
    return done.stdout


def filled(name: str, words: tuple[str, ...], place: Path) -> tuple[str, ...]:
    """With code in the places of CODE and FILE."""
    file = place / ("evil.rb" if name == "ruby" else "evil")
    file.write_text(("<?php " if name == "php" else "") + code_of(name))
    return tuple(word.replace("CODE", code_of(name)).replace("FILE", str(file)) for word in words)


def test_the_usual_ones_are_installed_here() -> None:
    assert {"bash", "dash", "node", "perl", "php", "python", "ruby", "sh"} <= set(INSTALLED)


@pytest.mark.parametrize("name", INTERPRETERS)
def test_each_spelling_is_known_to_run_code(name: str) -> None:
    for words in INTERPRETERS[name].spellings:
        assert meaning(INTERPRETERS[name], words)[0] in (Runs.CODE, Runs.INPUT), words


@pytest.mark.whole
@pytest.mark.parametrize(("name", "words"), SPELLINGS)
def test_each_spelling_runs_code(name: str, words: tuple[str, ...], tmp_path: Path) -> None:
    stdin = ("<?php " if name == "php" else "") + code_of(name) + "\n"
    assert "ran" in said(name, filled(name, words, tmp_path), tmp_path, stdin)


AFTER = [("-c", "CODE"), ("-e", "CODE"), ("-r", "CODE"), ("--eval=CODE",), ("-cCODE",), ("--", "-c", "CODE")]


@pytest.mark.whole
@pytest.mark.parametrize("name", [name for name in INSTALLED if name != "nodejs"])
@pytest.mark.parametrize("more", AFTER, ids=" ".join)
def test_behind_a_script_nothing_is_an_option(name: str, more: tuple[str, ...], tmp_path: Path) -> None:
    """So `**` is safe there. Debian's `zsh` and `ksh` are asked where they are installed."""
    script = tmp_path / "script"
    script.write_text("<?php " if name == "php" else "")
    assert "ran" not in said(name, (str(script), *filled(name, more, tmp_path)), tmp_path, code_of(name))
    assert meaning(INTERPRETERS[name], (str(script), *more)) == (Runs.SCRIPT, 0)


@pytest.mark.parametrize(
    ("name", "words", "meant"),
    [
        ("python", ("-u", "/srv/app.py", "-c"), (Runs.SCRIPT, 1)),
        ("python", ("-W", "ignore", "/srv/app.py"), (Runs.SCRIPT, 2)),
        ("python", ("-Wignore", "/srv/app.py"), (Runs.SCRIPT, 1)),
        ("python", ("-m", "gunicorn", "-c", "conf.py"), (Runs.MODULE, 1)),
        ("python", ("-Imgunicorn", "-c"), (Runs.MODULE, 0)),
        ("python", ("--", "-c"), (Runs.SCRIPT, 1)),
        ("sh", ("-e", "--", "-c"), (Runs.SCRIPT, 2)),
        ("sh", ("-eo", "pipefail", "/srv/run"), (Runs.SCRIPT, 2)),
        ("bash", ("--login", "/srv/run"), (Runs.SCRIPT, 1)),
        ("node", ("--title", "x", "/srv/a.js"), (Runs.SCRIPT, 2)),
        ("node", ("--title=x", "/srv/a.js", "-e"), (Runs.SCRIPT, 1)),
        ("php", ("-t", "/srv", "/srv/a.php"), (Runs.SCRIPT, 2)),
        ("php", ("--docroot=/srv", "/srv/a.php"), (Runs.SCRIPT, 1)),
    ],
)
def test_options_before_a_script(name: str, words: tuple[str, ...], meant: tuple[Runs, int]) -> None:
    assert meaning(INTERPRETERS[name], words) == meant


def test_by_the_name_that_a_pattern_ends_with() -> None:
    assert interpreter_of("/usr/bin/python3*") is INTERPRETERS["python"]
    assert interpreter_of("/**/php8.2") is INTERPRETERS["php"]
    assert interpreter_of("/usr/bin/gunicorn") is None
    assert interpreter_of("**") is None
    assert all(isinstance(one, Interpreter) for one in INTERPRETERS.values())
