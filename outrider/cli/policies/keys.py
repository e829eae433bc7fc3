"""The key that signs: a file, or one that stays in AWS KMS."""

from outrider import limits
from outrider.cli.files import read_text
from outrider.policy.signing import Signer, local, parse_key, public_key

KMS = "kms:"


def signer_of(key: str) -> tuple[Signer, bytes, bool]:
    """A signer, its public key (32 bytes), and whether it takes short messages only.

    `key`: a private key's file, or `kms:` and a key's id, ARN or `alias/NAME`. Raises InvalidInput,
    UsageError, EnvironmentFault.
    """
    if key.startswith(KMS):
        from outrider.cli.aws import kms  # noqa: PLC0415 - boto3 only for who needs it

        signer, public = kms.signer(key.removeprefix(KMS))
        return signer, public, True
    private = parse_key(read_text(key, limits.KEY_FILE, "the key"))
    return local(private), public_key(private), False
