"""`outrider policy verify`: would a supervisor take it?"""

from pathlib import Path

import click

from outrider import limits
from outrider.cli.console import OUT, print_json
from outrider.cli.files import read_text
from outrider.cli.policies.loading import load_blob
from outrider.errors import ExitStatus, InvalidInput
from outrider.policy.blob import decode
from outrider.policy.signing import UnverifiedPolicy, parse_key, verify


@click.command("verify", short_help="Verify signatures.")
@click.argument("blobs", nargs=-1, required=True, metavar="BLOB...")
@click.option("--key", required=True, metavar="FILE|BASE64", help="Public key: a file, or the 44 characters.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(*, blobs: tuple[str, ...], key: str, as_json: bool) -> ExitStatus:
    """Verify the signature of compiled policies with a public key, as a supervisor does.

    \b
    Examples:
      outrider policy verify blobs/*.policy --key policy.key.pub
      outrider policy verify web.policy --key 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=

    \b
    Exit status: 0 all verify; 1 one does not; 3 one is no policy blob.
    """
    public = parse_key(read_text(key, limits.KEY_FILE, "the key") if Path(key).is_file() else key)
    results = [_verify(blob, public) for blob in blobs]
    if as_json:
        print_json(
            [
                {"blob": blob, "verified": status is ExitStatus.OK, "words": said}
                for blob, status, said in results
            ]
        )
    else:
        for blob, _, said in results:
            OUT.print(f"{blob}: {said}", markup=False)
    return max(status for _, status, _ in results)


def _verify(blob: str, public: bytes) -> tuple[str, ExitStatus, str]:
    """One blob."""
    data = load_blob(blob)
    try:
        verify(data, public)
    except (UnverifiedPolicy, InvalidInput) as error:
        return blob, ExitStatus(error.exit_status), error.message
    policy = decode(data).policy
    return blob, ExitStatus.OK, f"verified: counter {policy.counter}, id {policy.id.hex()}"
