"""Java and Ruby have no hook of their own: the native guard decides, and their compilers work under it."""

import shutil
from pathlib import Path

import pytest
from function import Function, policy
from language_fixtures import PROGRAMS

JAVA, RUBY = shutil.which("java") or "java", shutil.which("ruby") or "ruby"
CALM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-Xshare:auto"]


def test_java_runs_and_compiles(function: Function) -> None:
    done = function.run([JAVA, *CALM, PROGRAMS / "Shop.java"], policy("block"))
    assert done.stdout.split("\n")[:3] == ["compiled", "runtime 0", "builder 3"], done.stderr
    assert not function.extension.acts()


def test_what_java_starts_is_decided(function: Function) -> None:
    blob = policy(
        "block",
        {"kind": "exec", "target": "/**/jspawnhelper"},  # Java's own, between it and the program
        {"kind": "exec", "program": "/**/bin/java", "target": "/**/bin/java"},
        exec="block",
        connect="block",
    )
    done = function.run([JAVA, *CALM, PROGRAMS / "Shop.java"], blob)
    assert done.stdout.split("\n")[:4] == ["compiled", "runtime refused", "builder refused", "socket true"], (
        done.stderr
    )
    refused = {Path(event.target).name for event in function.extension.acts(kind="exec")}
    assert refused == {"true", Path("/bin/sh").resolve().name}


@pytest.mark.parametrize("options", [[], ["--yjit"]], ids=["plain", "compiled"])
def test_ruby_runs(function: Function, options: list[str]) -> None:
    done = function.run([RUBY, *options, PROGRAMS / "shop.rb"], policy("block"))
    wanted = ['backticks "hello"', "system true", "spawn 0", 'open "hi"', "socket Errno::ECONNREFUSED"]
    assert done.stdout.splitlines()[-5:] == wanted, done.stderr
    assert not function.extension.acts()


def test_what_ruby_starts_is_decided(function: Function) -> None:
    done = function.run([RUBY, PROGRAMS / "shop.rb"], policy("block", exec="block", connect="block"))
    refused = [f"{name} Errno::EACCES" for name in ("backticks", "spawn", "open", "socket")]
    assert set(refused) <= set(done.stdout.splitlines()), done.stderr
    assert "system nil" in done.stdout
    assert {Path(event.target).name for event in function.extension.acts(kind="exec")} == {"echo", "true"}
