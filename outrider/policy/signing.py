"""Ed25519 over a blob. Keys are raw 32 bytes, written as base64: what a task definition can carry."""

import base64
import binascii
import hashlib
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from outrider.errors import ExitStatus, InvalidInput, OutriderError
from outrider.policy import switch as policy_switch
from outrider.policy.blob import (
    FLAGS_AT,
    SIGNATURE_BYTES,
    SIGNATURE_OFFSET_AT,
    SIGNED_DIGEST,
    TOTAL_SIZE_AT,
    decode,
    seal,
)

KEY_BYTES = 32

Signer = Callable[[bytes], bytes]
"""Message → 64 bytes of signature, by whoever holds the key. One that is far away takes 4 KiB at most."""


class UnverifiedPolicy(OutriderError):
    """A well-formed blob that the key did not sign, or that nobody did."""

    exit_status = ExitStatus.POLICY


def parse_key(text: str) -> bytes:
    """Read a key, private or public, from base64. Raises InvalidInput when it is not 32 bytes."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidInput(
            "not a key: expected 32 bytes as base64 (44 characters)",
            hint="make a pair with `outrider policy keygen`.",
        )
    return key


def format_key(key: bytes) -> str:
    """Write a key as base64."""
    return base64.b64encode(key).decode()


def public_key(private_key: bytes) -> bytes:
    """Return the public half of a private key: what goes to the supervisors."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def local(private_key: bytes) -> Signer:
    """A signer that has the key at hand."""
    return Ed25519PrivateKey.from_private_bytes(private_key).sign


def sign(blob: bytes, private_key: bytes) -> bytes:
    """Return the blob with a signature over everything before it; one it had is replaced.

    The header is changed first (size, place of the signature, checksum), so that it is signed too. The result
    is reproducible. Raises InvalidInput when `blob` is none.
    """
    return sign_whole(blob, local(private_key))


def sign_whole(blob: bytes, signer: Signer) -> bytes:
    """Likewise, by a signer that takes messages of any length."""
    body = _to_be_signed(blob, flags=0)
    return body + signer(body)


def sign_digest(blob: bytes, signer: Signer) -> bytes:
    """Likewise, with a signature over the digest: for signers that take short messages only.

    The flag in the header that says so is signed too. Raises InvalidInput, and what the signer raises.
    """
    body = _to_be_signed(blob, flags=SIGNED_DIGEST)
    signature = signer(_digest(body))
    if len(signature) != SIGNATURE_BYTES:
        raise InvalidInput(f"the signer gives {len(signature)} bytes: it is no Ed25519 key")
    return body + signature


def _to_be_signed(blob: bytes, flags: int) -> bytes:
    """Everything before the signature, complete with what the header says of it."""
    signature = decode(blob).signature
    body = bytearray(blob[: len(blob) - len(signature)])
    body[TOTAL_SIZE_AT : TOTAL_SIZE_AT + 4] = (len(body) + SIGNATURE_BYTES).to_bytes(4, "little")
    body[SIGNATURE_OFFSET_AT : SIGNATURE_OFFSET_AT + 4] = len(body).to_bytes(4, "little")
    body[FLAGS_AT] = body[FLAGS_AT] & ~SIGNED_DIGEST | flags
    return seal(bytes(body))


def _digest(body: bytes) -> bytes:
    """What a signer of short messages signs for a body; as native/ed25519.zig."""
    return b"outrider policy, sha512: " + hashlib.sha512(body).digest()


def verify(blob: bytes, public_key: bytes) -> None:
    """Return when the key signed the blob. Raises InvalidInput (no blob) or UnverifiedPolicy."""
    signature = decode(blob).signature
    if not signature:
        raise UnverifiedPolicy("the policy is not signed", hint="sign it with `outrider policy sign`.")
    body = blob[:-SIGNATURE_BYTES]
    _check(_digest(body) if body[FLAGS_AT] & SIGNED_DIGEST else body, signature, public_key)


def verify_switch(data: bytes, public_key: bytes) -> policy_switch.Switch:
    """The fleet's switch, when the key signed it. Raises InvalidInput (no switch) or UnverifiedPolicy."""
    switch, signature = policy_switch.decode(data)
    if not signature:
        raise UnverifiedPolicy("the switch is not signed", hint="throw it with --key.")
    _check(data[:-SIGNATURE_BYTES], signature, public_key)
    return switch


def _check(message: bytes, signature: bytes, public_key: bytes) -> None:
    """Raises UnverifiedPolicy."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        raise UnverifiedPolicy(
            "the signature is not of this key, or what it signed was changed afterwards",
            hint="is it the public key of the pair that signed?",
        ) from None
