"""Go's build information: versions, main modules, replacements, and real programs."""

import contextlib
import json
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import File, Found
from outrider.scan.inventory.program import go
from outrider.scan.inventory.program.go_build_info import BuildInfo
from outrider.scan.inventory.program.go_modules import found, standard_library
from tests.data.scan.os import elves

DEVELOPED = "mod\texample.com/shop\t(devel)\t\n"
REVISION = (
    "build\tvcs.revision=0123456789abcdef0123456789abcdef01234567\nbuild\tvcs.time=2024-05-01T10:00:00Z\n"
)


def program(version: str, modules: str) -> bytes:
    return elves.elf(elves.Part(elves.go_inline(version, modules), ".go.buildinfo", elves.LOAD, 6))


def versions(told: Found) -> dict[str, str]:
    return {f"{one.namespace}/{one.name}".lstrip("/"): one.version for one in told.packages}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("go1.22.3", "1.22.3"),
        ("go1.20", "1.20.0"),
        ("go1.22rc1", "1.22.0-rc.1"),
        ("go1.9beta2", "1.9.0-beta.2"),
        ("go1.22.3 X:boringcrypto", "1.22.3"),
        ("go1.20.12 (Red Hat 1.20.12-1.el9)", "1.20.12"),
        ("go1.21.4-fips", "1.21.4"),
        ("devel go1.23-abcdef Thu Jan 1", ""),
        ("go1", ""),
        ("gopher", ""),
    ],
)
def test_the_version_of_go_is_that_of_its_library(version: str, expected: str) -> None:
    assert standard_library(version) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (DEVELOPED, "(devel)"),
        (DEVELOPED + REVISION, "v0.0.0-20240501100000-0123456789ab"),
        (DEVELOPED + REVISION + 'build\t-ldflags="-s -w -X main.version=1.2.3"\n', "v1.2.3"),
        (
            DEVELOPED + "build\t-ldflags=\"-X 'example.com/shop/info.Version=v2.0.0-rc.1' -s\"\n",
            "v2.0.0-rc.1",
        ),
        (DEVELOPED + "build\t-ldflags=`-X main.version=dev`\n", "(devel)"),
        ("mod\texample.com/shop\tv1.0.0\th1:x\n" + REVISION, "v1.0.0"),
    ],
)
def test_the_main_module_has_a_version(lines: str, expected: str) -> None:
    assert versions(found(BuildInfo("go1.22.3", lines), "/x"))["example.com/shop"] == expected


def test_replacements_count() -> None:
    lines = (
        "dep\ta.example/one\tv1.0.0\n=>\tb.example/two\tv1.5.0\th1:x\n"
        "dep\ta.example/l\tv3.0.0\n=>\t../l\t(devel)\n"
    )
    assert versions(found(BuildInfo("go1.22.3", lines), "/x")) == {
        "stdlib": "1.22.3",
        "b.example/two": "v1.5.0",
        "a.example/l": "v3.0.0",
    }


def test_what_is_not_known_is_a_problem() -> None:
    assert "no release" in found(BuildInfo("devel go1.23", "mod\tx\tv1\n"), "/x").problems[0]
    assert "without Go modules" in found(BuildInfo("go1.19.8", "path\tx\n"), "/x").inexact[0]
    assert found(BuildInfo("go1.19.8", "path\tcmd/go\n"), "/x").problems == ()
    assert "2 lines" in found(BuildInfo("go1.19.8", "mod\tx\tv1\nwhat\ndep\t\tv1\n"), "/x").problems[0]


def test_without_section_headers_the_writable_segment_is_searched() -> None:
    data = bytearray(program("go1.22.3", DEVELOPED))
    data[40:48] = bytes(8)
    assert versions(go.read(File("x", bytes(data))))["stdlib"] == "1.22.3"


def test_damaged_build_information_is_told() -> None:
    data = program("go1.22.3", DEVELOPED).replace(b"go1.22.3", b"xx1.22.3")
    with pytest.raises(InvalidInput, match="damaged"):
        go.read(File("x", data))


def test_a_program_of_debian_against_what_it_says_it_was_built_with() -> None:
    asked = ["dpkg-query", "-W", "-f", "${Built-Using}", "podman"]
    built = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    version = re.search(r"golang-1\.\d+ \(= (\d+\.\d+\.\d+)", built)
    assert version
    told = go.read(File("usr/bin/podman", Path("/usr/bin/podman").read_bytes()))
    assert versions(told) == {"stdlib": version[1]}


@given(st.text(max_size=200), st.binary(max_size=200), st.integers(0, 40), st.integers(0, 255))
def test_any_text_and_any_damage_are_survived(modules: str, noise: bytes, at: int, byte: int) -> None:
    blob = bytearray(elves.go_inline("go1.22.3", modules) + noise)
    blob[at] = byte
    for data in (bytes(blob), noise):
        with contextlib.suppress(InvalidInput):
            go.read(File("x", elves.elf(elves.Part(data, ".go.buildinfo", elves.LOAD, 6))))


@given(st.integers(0, 90), st.binary(min_size=1, max_size=8))
def test_pointers_that_lead_astray_are_survived(at: int, what: bytes) -> None:
    place = elves.BASE + 128
    blob = bytearray(elves.go_pointed("go1.16.5", DEVELOPED, at=place))
    blob[at : at + len(what)] = what
    with contextlib.suppress(InvalidInput):
        go.read(File("x", elves.elf(elves.Part(bytes(blob), "", elves.LOAD, 6))))


def module_proxy(folder: Path) -> None:
    """A module proxy of files, with two versions of one module (https://go.dev/ref/mod#goproxy-protocol)."""
    for name, version in (("example.com/!one", "v1.2.3"), ("example.com/two", "v0.9.0")):
        path = name.replace("!o", "O")
        base = folder / name / "@v"
        base.mkdir(parents=True)
        (base / f"{version}.mod").write_text(f"module {path}\n")
        (base / f"{version}.info").write_text(
            json.dumps({"Version": version, "Time": "2024-01-01T00:00:00Z"})
        )
        with zipfile.ZipFile(base / f"{version}.zip", "w") as archive:
            archive.writestr(f"{path}@{version}/go.mod", f"module {path}\n")
            archive.writestr(f"{path}@{version}/x.go", "package one\n\nvar X = 1\n")


@pytest.mark.long
def test_programs_built_now_as_go_itself_reads_them(tmp_path: Path) -> None:
    module_proxy(tmp_path / "proxy")
    source = tmp_path / "shop"
    source.mkdir()
    (source / "go.mod").write_text(
        "module example.com/shop\n\ngo 1.19\n\n"
        "require (\n\texample.com/One v1.2.3\n\texample.com/gone v1.0.0\n)\n"
        "replace example.com/gone => example.com/two v0.9.0\n"
    )
    (source / "main.go").write_text(
        'package main\n\nimport (\n\t"example.com/One"\n\ttwo "example.com/gone"\n)\n\nvar version string\n\n'
        "func main() { println(version, one.X, two.X) }\n"
    )
    for architecture in ("amd64", "386", "s390x", "mips"):
        environment = {
            **os.environ,
            "GOPROXY": f"file://{tmp_path}/proxy", "GOSUMDB": "off", "GOTOOLCHAIN": "local",
            "GOFLAGS": "-mod=mod", "GOMODCACHE": str(tmp_path / "cache"), "CGO_ENABLED": "0",
            "GOARCH": architecture,
        }  # fmt: skip
        command = ["go", "build", "-modcacherw", "-ldflags", "-X main.version=3.1.4", "-o", architecture, "."]
        subprocess.run(command, cwd=source, env=environment, check=True, timeout=280)
        data = (source / architecture).read_bytes()
        told = go.read(File("shop", data))
        said = subprocess.run(
            ["go", "version", "-m", architecture], cwd=source, capture_output=True, text=True, check=True
        ).stdout
        first = re.match(r".*: go(\d+\.\d+(?:\.\d+)?)", said)
        assert first
        assert versions(told)["stdlib"].startswith(first[1])
        assert versions(told) == {
            "stdlib": versions(told)["stdlib"],
            "example.com/shop": "v3.1.4",
            "example.com/One": "v1.2.3",
            "example.com/two": "v0.9.0",
        }
        assert "example.com/One\tv1.2.3" in said
        assert "example.com/two\tv0.9.0" in said
