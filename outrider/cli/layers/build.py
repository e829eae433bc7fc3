"""`outrider layer build`: the layer, one zip an architecture, and a small one with a function's policy."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from outrider import limits
from outrider.cli.console import OUT, print_json
from outrider.cli.files import write_atomic
from outrider.cli.layers.contents import ARCHITECTURES, LayerFile, layer_files, policy_file
from outrider.cli.layers.policy import function_policy
from outrider.cli.layers.zipping import within, zip_files
from outrider.errors import EnvironmentFault, ExitStatus, UsageError

POLICY_ZIP = "outrider-policy.zip"


@dataclass(frozen=True, slots=True)
class Made:
    """A zip that was written."""

    name: str
    path: str
    architectures: tuple[str, ...]
    """As Lambda names them: for CompatibleArchitectures."""
    size: int
    unpacked: int
    """Bytes of its files: they count towards the 250 MB of a function with its layers."""
    sha256: str
    files: tuple[str, ...]


@click.command("build", short_help="Make the layer's zip files.")
@click.option("-o", "--output", required=True, metavar="DIR", help="Where the zip files go; made if missing.")
@click.option("--arch", "archs", multiple=True, type=click.Choice(list(ARCHITECTURES)), help="Default: both.")
@click.option(
    "--policy", default="", metavar="FILE", help="A policy document or blob: makes a layer of it, too."
)
@click.option("--key", default="", metavar="FILE", help="Private key that signs this policy.")
@click.option("--json", "as_json", is_flag=True, help="What was made, as JSON on stdout.")
def command(*, output: str, archs: tuple[str, ...], policy: str, key: str, as_json: bool) -> ExitStatus:
    """Make the layer that defends a function, one zip an architecture; the same sources make the same bytes.

    \b
    Examples:
      outrider layer build -o dist/
      outrider layer build -o dist/ --arch aarch64 --json
      outrider layer build -o dist/ --policy checkout.yaml --key policy.key

    Publish each with `aws lambda publish-layer-version --zip-file fileb://…`. A policy of more than 2 KB does
    not fit a function's variables: --policy makes a second, small layer of it, for every architecture.
    """
    if key and not policy:
        raise UsageError("--key is given and --policy is not", hint="the key signs the policy of --policy.")
    directory = Path(output)
    small = [policy_file(function_policy(policy, key))] if policy else []
    layers = {arch: layer_files(arch) for arch in archs or ARCHITECTURES}
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(f"{directory} cannot be made: {error.strerror}") from None
    made = [
        _write(directory, f"outrider-layer-{arch}.zip", files, (ARCHITECTURES[arch],))
        for arch, files in layers.items()
    ]
    if small:
        made.append(_write(directory, POLICY_ZIP, small, tuple(ARCHITECTURES.values())))
    _show(made, as_json)
    return ExitStatus.OK


def _write(directory: Path, name: str, files: list[LayerFile], architectures: tuple[str, ...]) -> Made:
    data = within(zip_files(files), limits.LAYER_ZIP, name)
    write_atomic(str(directory / name), data, mode=0o644)
    return Made(
        name=name,
        path=str(directory / name),
        architectures=architectures,
        size=len(data),
        unpacked=sum(len(file.data) for file in files),
        sha256=hashlib.sha256(data).hexdigest(),
        files=tuple(file.path for file in files),
    )


def _show(made: list[Made], as_json: bool) -> None:
    if as_json:
        print_json([asdict(one) for one in made])
        return
    for one in made:
        OUT.print(f"{one.path}  {one.size} bytes  sha256:{one.sha256}", markup=False)
