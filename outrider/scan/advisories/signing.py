"""Signatures of a database's manifest: Ed25519.

The signature file has a line for each manifest it speaks for: the manifest's SHA-256 in hex, a blank, and the
signature in base64. While a database is replaced there are two, so that no reader meets a manifest without
its own. Keys are the raw 32 bytes."""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from outrider.errors import ExitStatus, OutriderError
from outrider.scan.advisories.dates import in_full, parse_date

_PURPOSE = b"outrider advisory database manifest\n"
"""Signed before the manifest, so that no signature of a policy can be one of a database."""

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


def refuse_older(new: str, have: str, name: str) -> None:
    """Nobody plays back a database that does not know of the newest flaws.

    Both are times of manifests' builds; `name` says whose the new one is. Raises RefusedDatabase."""
    before, after = parse_date(have), parse_date(new)
    if before and after and after < before:
        raise RefusedDatabase(
            f"the database of {name} was built {new}, before the one here ({in_full(before)})",
            hint="to go back to it all the same: --force.",
        )
