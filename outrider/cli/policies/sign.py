"""`outrider policy sign`: blobs that supervisors can trust."""

import click

from outrider import limits
from outrider.cli.console import ERR
from outrider.cli.files import STANDARD, read_text, write_atomic
from outrider.cli.policies.compiling import BLOB_MODE
from outrider.cli.policies.loading import load_blob
from outrider.errors import ExitStatus, UsageError
from outrider.policy.signing import format_key, parse_key, public_key, sign


@click.command("sign", short_help="Sign blobs.")
@click.argument("blobs", nargs=-1, required=True, metavar="BLOB...")
@click.option("--key", required=True, metavar="FILE", help="Private key, from `outrider policy keygen`.")
@click.option("-o", "--output", default="", metavar="FILE", help="Where to write; default: in place.")
def command(*, blobs: tuple[str, ...], key: str, output: str) -> ExitStatus:
    """Sign compiled policies with a private key; a signature they had is replaced.

    \b
    Examples:
      outrider policy sign blobs/*.policy --key policy.key
      outrider policy sign web.policy --key policy.key -o signed/web.policy
    """
    if output and len(blobs) > 1:
        raise UsageError("-o is for one blob", hint="sign several in place, or one after the other.")
    private = parse_key(read_text(key, limits.KEY_FILE, "the key"))
    signed = {blob: sign(load_blob(blob), private) for blob in blobs}
    for blob, data in signed.items():
        target = output or blob
        write_atomic(target, data, mode=BLOB_MODE)
        if target != STANDARD:
            ERR.print(f"signed {target} ({len(data)} bytes)", markup=False)
    ERR.print(f"supervisors verify with the key {format_key(public_key(private))}", markup=False)
    return ExitStatus.OK
