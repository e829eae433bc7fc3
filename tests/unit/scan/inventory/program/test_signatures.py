"""Signatures: each has a fixture; real programs of this machine say the same as they do when asked."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.scan.inventory.extractor import File
from outrider.scan.inventory.program import large, signature, version_file
from outrider.scan.inventory.program.signatures import SIGNATURES, of
from tests.contracts.test_extractors import fixture_files
from tests.data.scan.os import elves


def test_they_are_sorted_and_each_is_in_the_fixture() -> None:
    names = [one.package for one in SIGNATURES]
    assert names == sorted(names)
    told = {
        package.name
        for path, data in fixture_files("signature")
        for package in signature.read(File(path, data)).packages
    }
    assert told == set(names)


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("nginx -v", "/usr/sbin/nginx"),
        ("redis-server --version", "/usr/bin/redis-server"),
        ("node --version", "/usr/bin/node"),
        ("bash --version", "/usr/bin/bash"),
        ("perl -v", "/usr/bin/perl"),
        ("openssl version", "/usr/bin/openssl"),
        ("busybox --help", "/bin/busybox"),
        ("/usr/bin/python3 --version", "/usr/bin/python3"),
    ],
)
def test_real_programs_say_the_same_when_they_are_asked(command: str, path: str) -> None:
    program = Path(path).resolve() if "python" in path else Path(path)
    if "node" in path and program.stat().st_size < 1 << 20:  # Debian's has its code in a library
        program = next(Path("/usr/lib").rglob("libnode.so.*")).resolve()
    done = subprocess.run(command.split(), capture_output=True, text=True, check=True, timeout=60)
    said = re.search(r"(?:\bv|/|[ =(])v?(\d+\.\d+\.\d+[a-z]?)", done.stdout + done.stderr)
    assert said
    data = program.read_bytes()
    found = signature.read(File(str(program)[1:], data))
    assert [one.version for one in found.packages] == [said[1]], (found, done)
    streamed = large.search(
        str(program)[1:], [data[at : at + 100_003] for at in range(0, len(data), 100_003)]
    )
    assert found.packages[0] in streamed.packages


def test_two_versions_tell_nothing() -> None:
    data = elves.elf(elves.Part(b"\0Apache/2.4.57\0 \0Apache/2.4.58\0", ".rodata"))
    found = signature.read(File("bin/httpd", data))
    assert found.packages == ()
    assert found.problems == ("as httpd it names several versions: 2.4.57, 2.4.58",)


def test_the_hosts_name_behind_a_redis_version_is_told_apart() -> None:
    for text, version in (
        (b"7.0.15" + b"1790282056" + b"000000000\0", "7.0.15"),
        (b"7.0.1" + b"5abcdef01234-1700000000" + b"000000000\0", "7.0.1"),
        (b"7.0.15" + b"abcdefabcdef-1700000000" + b"000000000\0", "7.0.15"),
        (b"7.2.10" + b"buildkitsandbox-1700000000" + b"000000000\0", "7.2.10"),
    ):
        data = elves.elf(elves.Part(bytes(20) + text, ".rodata"))
        assert [one.version for one in signature.read(File("bin/redis-server", data)).packages] == [version]


def test_a_pythons_version_begins_as_its_name_says() -> None:
    data = elves.elf(elves.Part(b"\x003.40.1\0\x003.11.7\0\x003.12.1\0", ".rodata"))
    assert [one.version for one in signature.read(File("bin/python3.12", data)).packages] == ["3.12.1"]
    assert of("bin/python3") is None


def test_a_file_full_of_marks_is_given_up_in_time() -> None:
    begin = time.process_time()
    for path, _ in fixture_files("signature"):
        search = of(path)
        assert search
        search.versions(search.mark * (2_000_000 // len(search.mark)))
    assert time.process_time() - begin < 10


@given(st.sampled_from(fixture_files("signature")), st.binary(max_size=100), st.binary(max_size=200))
def test_any_bytes_around_a_mark_are_survived(file: tuple[str, bytes], before: bytes, after: bytes) -> None:
    search = of(file[0])
    assert search
    assert len(search.versions(before + search.mark + after)) <= 2


@given(st.binary(max_size=200), st.sampled_from(["opt/jdk/release", "usr/local/go/VERSION", "x/OTP_VERSION"]))
def test_any_version_file_is_survived(data: bytes, path: str) -> None:
    version_file.read(File(path, data))
