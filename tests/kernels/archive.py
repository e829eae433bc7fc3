"""Debian's packages, by the suites' signed indices.

InRelease is checked with gpgv against Debian's own keyring, the index by the SHA-256 InRelease gives, the
package by the SHA-256 the index gives, also when it was kept."""

import hashlib
import lzma
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outrider.scan.versions import dpkg

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".cache" / "kernels"
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FRESH_SECONDS = 24 * 3600
"""How long an index is used without asking again."""
PATIENCE = 120


class Unreachable(Exception):
    """Debian's archive cannot be had, or is not what was signed."""


@dataclass(frozen=True, slots=True)
class Package:
    """One row of an index."""

    name: str
    version: str
    filename: str
    sha256: str


def newest(archive: str, suite: str, architecture: str, pattern: str) -> Package:
    """The package whose name matches with the highest version. Raises Unreachable."""
    matching = [p for p in packages(_index(archive, suite, architecture)) if re.fullmatch(pattern, p.name)]
    if not matching:
        raise Unreachable(f"no {pattern} for {architecture} in {suite}")
    return max(matching, key=lambda package: dpkg.key(package.version))


def packages(index: str) -> Iterator[Package]:
    """The rows of a Packages file (deb822)."""
    for paragraph in index.split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in paragraph.split("\n") if re.match(r"[A-Z][\w-]*: ", line)
        )
        if {"Package", "Version", "Filename", "SHA256"} <= fields.keys():
            yield Package(fields["Package"], fields["Version"], fields["Filename"], fields["SHA256"])


def fetched(archive: str, package: Package) -> Path:
    """The package's file, from what was kept or from the mirror. Raises Unreachable."""
    made = KEPT / "packages" / f"{package.sha256}.deb"
    if not made.is_file() or _sha256(made.read_bytes()) != package.sha256:
        data = _get(f"{archive}/{package.filename}")
        _must_be(package.sha256, data, package.filename)
        _put(made, data)
    return made


def member(deb: Path, pattern: str) -> bytes:
    """The one file of a package whose path (`./boot/…`) matches. Raises Unreachable."""
    listed = _run("dpkg-deb", "--fsys-tarfile", deb)
    names = _run("tar", "--list", "--file", "-", stdin=listed).decode().splitlines()
    found = [name for name in names if re.fullmatch(pattern, name)]
    if len(found) != 1:
        raise Unreachable(f"{deb.name}: {len(found)} files match {pattern}")
    return _run("tar", "--extract", "--to-stdout", "--file", "-", found[0], stdin=listed)


def _index(archive: str, suite: str, architecture: str) -> str:
    """The suite's list of packages; asked for once a day."""
    kept = KEPT / "indices" / f"{suite}-{architecture}"
    if kept.is_file() and time.time() - kept.stat().st_mtime < FRESH_SECONDS:
        return kept.read_text()
    base, path = f"{archive}/dists/{suite}", f"main/binary-{architecture}/Packages.xz"
    signed = _verified(_get(f"{base}/InRelease"))
    packed = _get(f"{base}/{path}")
    _must_be(listed_hash(signed, path), packed, f"{suite} {path}")
    text = lzma.decompress(packed).decode()
    _put(kept, text.encode())
    return text


def _verified(inrelease: bytes) -> str:
    """What was signed, and nothing that stands around it."""
    return _run("gpgv", "--quiet", "--keyring", KEYRING, "--output", "-", stdin=inrelease).decode()


def listed_hash(signed: str, path: str) -> str:
    """The SHA-256 a Release file gives for a path. Raises Unreachable."""
    _, _, sums = signed.partition("\nSHA256:\n")
    for line in sums.splitlines():
        words = line.split()
        if len(words) == 3 and words[2] == path:
            return words[0]
    raise Unreachable(f"the signed index does not name {path}")


def _must_be(expected: str, data: bytes, what: str) -> None:
    if _sha256(data) != expected:
        raise Unreachable(f"{what} is not what was signed")


def _get(path: str) -> bytes:
    try:
        with urllib.request.urlopen(f"{MIRROR}/{path}", timeout=PATIENCE) as answer:  # noqa: S310
            data: bytes = answer.read()
            return data
    except OSError as error:
        raise Unreachable(f"{MIRROR}/{path}: {error}") from error


def _run(*command: str | Path, stdin: bytes = b"") -> bytes:
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    if done.returncode:
        raise Unreachable(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
