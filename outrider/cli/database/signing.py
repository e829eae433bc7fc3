"""Signatures of manifests: Ed25519, with keys as `outrider policy keygen` makes them.

`manifest.sig` has a line for each manifest it speaks for: the manifest's SHA-256 in hex, a blank, and the
signature in base64. While a database is replaced there are two, so that no reader meets a manifest without
its own."""

import base64
import binascii
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from outrider import limits
from outrider.cli.database.directory import TRUSTED
from outrider.cli.files import read_text, write_atomic
from outrider.errors import ExitStatus, InvalidInput, OutriderError
from outrider.policy.signing import KEY_BYTES, format_key, parse_key

_PURPOSE = b"outrider advisory database manifest\n"
"""Signed before the manifest, so that no signature of a policy can be one of a database."""

_VARIABLE = "OUTRIDER_DB_KEY"

MAX_BYTES = 4096
"""Of a signature file: two lines of 154 characters, with room."""


class RefusedDatabase(OutriderError):
    """A database that is not signed as it must be, or older than the one there is."""

    exit_status = ExitStatus.POLICY


def sign(manifest: bytes, private_key: bytes) -> bytes:
    """The line for a manifest; the same for the same manifest and key."""
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(_PURPOSE + manifest)
    return f"{hashlib.sha256(manifest).hexdigest()} {base64.b64encode(signature).decode()}\n".encode()


def line_for(signatures: bytes, manifest: bytes) -> bytes:
    """The line that speaks for a manifest; empty: there is none."""
    digest = hashlib.sha256(manifest).hexdigest().encode()
    return next((line + b"\n" for line in signatures.splitlines() if line.startswith(digest + b" ")), b"")


def verify(manifest: bytes, signatures: bytes, public_key: bytes) -> None:
    """Return when the key signed the manifest. Raises RefusedDatabase."""
    line = line_for(signatures, manifest)
    if not line:
        raise RefusedDatabase(
            "the database is not signed" if not signatures else "the signature is not of this manifest",
            hint="its manifest was changed after it was signed, or its publisher does not sign.",
        )
    try:
        signature = base64.b64decode(line.split()[1], validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _PURPOSE + manifest)
    except (InvalidSignature, binascii.Error, ValueError, IndexError):
        raise RefusedDatabase(
            "the signature of the database is not of this key",
            hint="is it the public key of the pair that signed?",
        ) from None


def read_key(given: str) -> bytes:
    """A key from a file, or from the 44 characters themselves. Raises InvalidInput or UsageError."""
    try:
        return parse_key(given)
    except InvalidInput:
        if len(given) == len(format_key(bytes(KEY_BYTES))) and not Path(given).exists():
            raise
    return parse_key(read_text(given, limits.KEY_FILE, "the key"))


def trusted_key(directory: Path, given: str = "") -> bytes | None:
    """The key that must have signed: the one given, that of OUTRIDER_DB_KEY, or the one the database came
    with."""
    chosen = given or os.environ.get(_VARIABLE, "")
    if chosen:
        return read_key(chosen)
    path = directory / TRUSTED
    return read_key(str(path)) if path.is_file() else None


def trust(directory: Path, public_key: bytes) -> None:
    """Remember a key for the updates to come."""
    write_atomic(directory / TRUSTED, f"{format_key(public_key)}\n")


def shown(public_key: bytes) -> str:
    """A public key as people compare it."""
    return format_key(public_key)
