"""`outrider policy keygen`: a pair of keys."""

import secrets
from pathlib import Path

import click

from outrider.cli.console import ERR
from outrider.cli.files import write_atomic
from outrider.errors import ExitStatus, UsageError
from outrider.policy.signing import KEY_BYTES, format_key, public_key

_PRIVATE_MODE = 0o600


@click.command("keygen", short_help="Make a pair of keys.")
@click.option(
    "-o", "--output", required=True, metavar="FILE", help="Private key; the public one goes to FILE.pub."
)
def command(*, output: str) -> ExitStatus:
    """Make a pair of Ed25519 keys to sign policies with; print the public one.

    The private key (FILE, readable for you alone) signs: keep it where policies are approved. The public key
    (FILE.pub, 44 characters) is what supervisors check with: it goes into the task definition.

    \b
    Example:
      outrider policy keygen -o policy.key
    """
    for path in (output, f"{output}.pub"):
        if Path(path).exists():
            raise UsageError(
                f"{path} is there already", hint="a key is never written over: choose another name."
            )
    private = secrets.token_bytes(KEY_BYTES)
    public = format_key(public_key(private))
    write_atomic(output, f"{format_key(private)}\n", mode=_PRIVATE_MODE)
    write_atomic(f"{output}.pub", f"{public}\n")
    ERR.print(f"wrote {output} (private, keep it) and {output}.pub", markup=False)
    print(public)
    return ExitStatus.OK
