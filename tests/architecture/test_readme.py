"""What the README says of commands, targets and attacks is what there is."""

import re
from pathlib import Path

import pytest

from outrider.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SECTIONS = (
    "Two commands",
    "How it works",
    "Three ways to adopt",
    "Promises",
    "Security Model",
    "What is not there yet",
)


@pytest.mark.parametrize("title", SECTIONS)
def test_section_is_there(title: str) -> None:
    assert f"\n## {title}\n" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_is_named(name: str) -> None:
    assert f"outrider {name}" in README


def test_no_subcommand_is_made_up() -> None:
    """Commands of later versions may be named under `What is not there yet` only."""
    text = README.partition("## What is not there yet")[0]
    named = set(re.findall(r"`outrider ([a-z]+)", text))
    assert named - set(COMMANDS) == set()


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", README)) <= targets


def test_every_relative_link_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_attacks_shown_are_those_of_the_demo() -> None:
    attacks = (ROOT / "demo" / "attacks.py").read_text()
    shown = re.findall(r"^\| ([^|]+) \| (T[0-9.]+) \| worked \| stopped \|$", README, re.MULTILINE)
    assert len(shown) == attacks.count('"T1')
    for name, technique in shown:
        assert f'"{name}"' in attacks
        assert f'"{technique}"' in attacks
