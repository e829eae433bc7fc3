"""Where the code of functions and layers comes from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_app import bundling

_SOURCE = str(Path(bundling.__file__).parent / "functions")
"""CDK wants a folder; the asset's hash is made of what bundling puts out."""


class Packages(Protocol):
    """Gives the code of a function, by its id, and of a layer, by its architecture."""

    def function(self, scope: Construct, name: str) -> lambda_.Code:
        """Code of the function."""

    def layer(self, scope: Construct, architecture: str) -> lambda_.Code:
        """Content of a layer version."""


@jsii.implements(cdk.ILocalBundling)
class _Local:
    """No docker: a function of Python fills the folder."""

    def __init__(self, fill: Callable[[Path], None]) -> None:
        self._fill = fill

    def try_bundle(self, output_dir: str, *, image: Any, **_: Any) -> bool:
        self._fill(Path(output_dir))
        return True


class Bundled:
    """Assets made on this machine."""

    def __init__(self, bundler: bundling.Bundler) -> None:
        self._bundler = bundler

    def function(self, scope: Construct, name: str) -> lambda_.Code:
        """The package of one function."""
        return _asset(name, lambda output: self._bundler.function(name, output))

    def layer(self, scope: Construct, architecture: str) -> lambda_.Code:
        """The layer of one architecture, unzipped."""
        return _asset(architecture, lambda output: self._bundler.layer(architecture, output))


def _asset(name: str, fill: Callable[[Path], None]) -> lambda_.Code:
    return lambda_.Code.from_asset(
        _SOURCE,
        asset_hash_type=cdk.AssetHashType.OUTPUT,
        bundling=cdk.BundlingOptions(
            image=cdk.DockerImage.from_registry("none"),  # never pulled: _Local always bundles
            local=_Local(fill),
            # CDK bundles once for equal options, and does not see that the `local` of two differ.
            environment={"PACKAGE": name},
        ),
    )
