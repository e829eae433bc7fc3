"""The layers a patch attaches: named by ARN, or published from the zips of `outrider layer build`."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from outrider import __version__, limits
from outrider.account import layers as account_layers
from outrider.account.functions import Functions
from outrider.cli.aws.functions import whose
from outrider.cli.files import read_capped
from outrider.cli.layers.contents import ARCHITECTURES as BUILT
from outrider.cli.layers.contents import policy_file
from outrider.cli.layers.zipping import zip_files
from outrider.errors import UsageError
from outrider.inject import function_names as names
from outrider.inject.function_settings import Layer


def named(functions: Functions, arns: Sequence[str]) -> dict[str, Layer]:
    """Architecture → layer, of `ARN` or `ARCHITECTURE=ARN`. Raises UsageError, EnvironmentFault."""
    layers: dict[str, Layer] = {}
    for said in arns:
        architecture, equals, arn = said.partition("=")
        Layer(arn if equals else said)  # its form, before anybody is asked
        layer, compatible = account_layers.described(functions, arn if equals else said)
        serves = (architecture,) if equals else compatible or names.ARCHITECTURES
        layers.update(dict.fromkeys(serves, layer))
    return layers


def from_zips(functions: Functions, path: str, *, write: bool) -> dict[str, Layer]:
    """Architecture → layer, published from a directory of zips or one zip, unless it is there already."""
    found = _zips(Path(path))
    return {
        architecture: _published(
            functions,
            f"{names.LAYER}-{architecture}",
            read_capped(str(file), limits.LAYER_ZIP, "the layer"),
            what=f"Outrider {__version__}",
            architectures=(architecture,),
            write=write,
        )
        for architecture, file in found.items()
    }


class PolicyLayer:
    """The layer of one policy, published when the first function needs it, and then no more."""

    def __init__(self, functions: Functions, policy: bytes, *, write: bool) -> None:
        self._functions, self._policy, self._write = functions, policy, write
        self._lock = threading.Lock()
        self._layer: Layer | None = None

    def get(self) -> Layer:
        """Return it. Raises EnvironmentFault when it cannot be published."""
        with self._lock:
            if self._layer is None:
                digest = hashlib.sha256(self._policy).hexdigest()
                self._layer = _published(
                    self._functions,
                    f"{names.POLICY_LAYER}{digest[:16]}",
                    zip_files([policy_file(self._policy)]),
                    what="Policy of a function",
                    architectures=names.ARCHITECTURES,
                    write=self._write,
                )
            return self._layer


def _published(
    functions: Functions, name: str, data: bytes, *, what: str, architectures: Sequence[str], write: bool
) -> Layer:
    """The version with this content; published now if there is none, or, without `write`, imagined."""
    digest = hashlib.sha256(data).hexdigest()
    if there := account_layers.published(functions, name, digest):
        return there
    if not write:
        return _expected(functions, name)
    return account_layers.publish(
        functions, name, data, digest=digest, what=what, architectures=architectures
    )


def _expected(functions: Functions, name: str) -> Layer:
    """What a first version of a layer would be called, for a look at what would be done."""
    region = functions.client.meta.region_name
    partition, account = whose(region)
    return Layer(f"arn:{partition}:lambda:{region}:{account}:layer:{name}:1")


def _zips(path: Path) -> Mapping[str, Path]:
    """Architecture, as Lambda names it → the zip for it, as `outrider layer build` names them."""
    files = [path] if path.is_file() else sorted(path.glob("outrider-layer-*.zip"))
    found = {BUILT[arch]: file for file in files for arch in BUILT if file.stem.endswith(f"-{arch}")}
    if not found:
        raise UsageError(
            f"there is no layer in {path}",
            hint="make one with `outrider layer build -o DIR`: outrider-layer-x86_64.zip, "
            "outrider-layer-aarch64.zip.",
        )
    return found
