"""`outrider policy sign`: blobs that supervisors can trust."""

import click

from outrider.cli.console import ERR
from outrider.cli.files import STANDARD, write_atomic
from outrider.cli.policies.compiling import BLOB_MODE
from outrider.cli.policies.keys import signer_of
from outrider.cli.policies.loading import load_blob
from outrider.errors import ExitStatus, UsageError
from outrider.policy.signing import format_key, sign_digest, sign_whole


@click.command("sign", short_help="Sign blobs.")
@click.argument("blobs", nargs=-1, required=True, metavar="BLOB...")
@click.option(
    "--key", required=True, metavar="FILE|kms:KEY", help="Private key, of `outrider policy keygen`."
)
@click.option("-o", "--output", default="", metavar="FILE", help="Where to write; default: in place.")
def command(*, blobs: tuple[str, ...], key: str, output: str) -> ExitStatus:
    """Sign compiled policies with a private key; a signature they had is replaced.

    The key is a file, or one that never leaves AWS KMS (kms:ID, kms:ARN, kms:alias/NAME), of the key spec
    ECC_NIST_EDWARDS25519: then the digest of the policy is signed.

    \b
    Examples:
      outrider policy sign blobs/*.policy --key policy.key
      outrider policy sign web.policy --key policy.key -o signed/web.policy
      outrider policy sign blobs/*.policy --key kms:alias/outrider
    """
    if output and len(blobs) > 1:
        raise UsageError("-o is for one blob", hint="sign several in place, or one after the other.")
    signer, public, short = signer_of(key)
    make = sign_digest if short else sign_whole
    signed = {blob: make(load_blob(blob), signer) for blob in blobs}
    for blob, data in signed.items():
        target = output or blob
        write_atomic(target, data, mode=BLOB_MODE)
        if target != STANDARD:
            ERR.print(f"signed {target} ({len(data)} bytes)", markup=False)
    ERR.print(f"supervisors verify with the key {format_key(public)}", markup=False)
    return ExitStatus.OK
