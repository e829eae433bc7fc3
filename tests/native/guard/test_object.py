"""The object itself: what it needs, what it shows, how large it is."""

import re
import subprocess
from pathlib import Path

import pytest
from conftest import build
from function import Function, policy

from outrider.model.event import FrameType

ARCHITECTURES = ("x86_64", "aarch64")


def readelf(*arguments: str | Path) -> str:
    """What it says."""
    done = subprocess.run(["readelf", "-W", *map(str, arguments)], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_nothing_newer_than_al2(arch: str) -> None:
    """glibc 2.26 has all it asks for; nothing else is loaded with it."""
    guard = build(arch)
    versions = re.findall(r"@GLIBC_(\d+)\.(\d+)", readelf("--dyn-syms", guard))
    assert versions
    assert max((int(major), int(minor)) for major, minor in versions) <= (2, 26)
    needed = re.findall(r"NEEDED.*\[(.+)\]", readelf("-d", guard))
    assert {name.split(".so")[0] for name in needed} <= {"libc", "ld-linux-x86-64", "ld-linux-aarch64"}


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_it_allocates_nothing(arch: str) -> None:
    """Of libc it calls what moves and compares bytes: a hook may run in malloc, a signal or a vfork child."""
    symbols = [line.split() for line in readelf("--dyn-syms", build(arch)).splitlines()]
    wanted = {fields[7].split("@")[0] for fields in symbols if len(fields) >= 8 and fields[6] == "UND"}
    assert "strlen" in wanted
    others = {name for name in wanted if not re.match(r"mem|str|bcmp$", name)}
    assert others <= {"_r_debug", "getauxval"}
    assert not [name for name in wanted if "dup" in name]


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_it_is_never_unloaded_and_shows_only_hooks(arch: str) -> None:
    """Every other name is its own; thread storage is static and tiny."""
    guard = build(arch)
    dynamic = readelf("-d", guard)
    assert "NODELETE" in dynamic
    assert "TEXTREL" not in dynamic
    symbols = [line.split() for line in readelf("--dyn-syms", guard).splitlines()]
    shown = {
        fields[7] for fields in symbols if len(fields) == 8 and fields[4] == "GLOBAL" and fields[6] != "UND"
    }
    header = (Path(__file__).parents[3] / "native" / "guard" / "hooks.h").read_text()
    assert shown == set(re.findall(r"(?:REPLACE|AROUND)\((\w+), hook_", header))
    (storage,) = [line.split() for line in readelf("-l", guard).splitlines() if line.split()[:1] == ["TLS"]]
    assert int(storage[5], 16) <= 1024
    assert "GNU_STACK" in readelf("-l", guard)


def test_every_entry_is_met_here(function: Function) -> None:
    """On this machine's libc nothing is left to symbols; the start event would name it."""
    extension = function.listen()
    function.run(["/bin/true"], policy())
    (start,) = [event for event in extension.events if event.type is FrameType.START]
    assert not [word for word in start.features if word.startswith("unpatched")], start.features
    assert "patched:ld.so-mmap" in start.features
    (count,) = [int(word.removeprefix("patched=")) for word in start.features if word.startswith("patched=")]
    assert count > 45
