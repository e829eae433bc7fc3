"""`python -m cdk_app.one_file`: everything as one CloudFormation template; with `--packages`, its zips."""

import argparse
import hashlib
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import yaml
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app import bundling
from cdk_app.app import DESCRIPTION, FLAGS, checked, parts
from cdk_app.settings import FORMS, Settings
from cdk_app.stacks.packages import Packages
from outrider.errors import OutriderError

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "cloudformation" / "outrider.yaml"
STACK = "Outrider"
HEAD = "# Made by `python -m cdk_app.one_file`; cdk_app/README.md tells how to install it. Do not edit.\n"
CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Mode": ("mode", ("alert", "block")),
    "Opt": ("opt", ("in", "out")),
    "ActOnIac": ("act-on-iac", ("false", "true")),
    "SecurityHub": ("security-hub", ("false", "true")),
    "DayZero": ("day-zero", ("off", "on")),
    "SidecarImage": ("sidecar-image", ()),
    "DatabaseMirror": ("database-mirror", ()),
    "DatabaseKeyParameter": ("database-key-parameter", ()),
    "DatabasePublicKeyParameter": ("database-public-key-parameter", ()),
    "AlarmEmail": ("alarm-email", ()),
}
"""Parameter → the context key it stands for, and what it may be; the default is the one of Settings."""
FUNCTIONS = "FunctionsVersion"
LAYERS = "LayersVersion"
PARTS = ("Core", "Runtime", "Scanner", "Injector", "Reporting")
_FIRST = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can say."""


class Placed:
    """Packages in a bucket, under names made of their content; parameters of the template say where."""

    def __init__(self, stack: cdk.Stack) -> None:
        bucket = _parameter(
            stack, "PackagesBucket", "bucket of the packages, in this region", "[a-z0-9.-]{3,63}"
        )
        prefix = _parameter(
            stack, "PackagesPrefix", "where in it they lie", r"([\w./-]+/)?", default="outrider/"
        )
        versions = {
            name: _parameter(stack, name, "as `python -m cdk_app.one_file --packages` says", "[0-9a-f]{16}")
            for name in (FUNCTIONS, LAYERS)
        }
        self._bucket = s3.Bucket.from_bucket_name(stack, "Packages", bucket)
        self._functions = f"{prefix}functions-{versions[FUNCTIONS]}/"
        self._layers = f"{prefix}layers-{versions[LAYERS]}/"

    def function(self, scope: Construct, name: str) -> lambda_.Code:
        """The zip of a function."""
        return lambda_.Code.from_bucket(self._bucket, f"{self._functions}{name}.zip")

    def layer(self, scope: Construct, architecture: str) -> lambda_.Code:
        """The zip of a layer."""
        return lambda_.Code.from_bucket(self._bucket, f"{self._layers}{architecture}.zip")


def _parameter(stack: cdk.Stack, name: str, words: str, pattern: str, default: str | None = None) -> str:
    made = cdk.CfnParameter(
        stack, name, type="String", description=words, allowed_pattern=pattern, default=default
    )
    return made.value_as_string


def _chosen(stack: cdk.Stack) -> Settings:
    """Settings whose text is what the parameters say."""
    settings = Settings()
    tokens: dict[str, Any] = {}
    for name, (key, allowed) in CHOICES.items():
        field = key.replace("-", "_")
        made = cdk.CfnParameter(
            stack,
            name,
            type="String",
            description=f"as outrider:{key} of the CDK app",
            default=getattr(settings, field),
            allowed_values=list(allowed) or None,
            allowed_pattern=None if allowed else f"({FORMS[key][0]})?",
        )
        tokens[field] = made.value_as_string
    return replace(settings, **tokens)


def stack(app: cdk.App, packages: Callable[[cdk.Stack], Packages] = Placed) -> cdk.Stack:
    """All parts in one stack, which asks for no bootstrap and refers to no other."""
    synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    made = cdk.Stack(app, STACK, description=DESCRIPTION, synthesizer=synthesizer)
    parts(dict.fromkeys(PARTS, made), _chosen(made), packages(made))
    return made


def template() -> dict[str, Any]:
    """The template, synthesised under cdk-nag."""
    with tempfile.TemporaryDirectory() as folder:
        app = checked(cdk.App(context=FLAGS, outdir=folder))
        stack(app)
        made: dict[str, Any] = app.synth().get_stack_by_name(STACK).template
    return made


class _Dumper(yaml.SafeDumper):
    """Text of several lines as a block; no anchors, which CloudFormation does not know."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def as_yaml(made: dict[str, Any]) -> str:
    """The template as its file has it."""
    return HEAD + yaml.dump(made, Dumper=_Dumper, sort_keys=False, width=160, indent=1, allow_unicode=True)


def packages(bundler: bundling.Bundler, output: Path) -> dict[str, str]:
    """Write every zip below `output`, each kind in a folder named for its content; parameter → that name."""
    kinds = {
        FUNCTIONS: ("functions", bundler.function, tuple(bundling.MODULES)),
        LAYERS: ("layers", bundler.layer, tuple(bundling.MACHINES)),
    }
    found = {}
    for parameter, (folder, fill, names) in kinds.items():
        zips = {name: _zipped(name, fill) for name in names}
        content = hashlib.sha256()
        for name, data in sorted(zips.items()):
            content.update(name.encode() + hashlib.sha256(data).digest())
        found[parameter] = content.hexdigest()[:16]
        target = output / f"{folder}-{found[parameter]}"
        target.mkdir(parents=True, exist_ok=True)
        for name, data in zips.items():
            (target / f"{name}.zip").write_bytes(data)
    (output / "parameters").write_text(
        "".join(f"{name}={value}\n" for name, value in found.items()), encoding="utf-8"
    )
    return found


def _zipped(name: str, fill: Callable[[str, Path], None]) -> bytes:
    """One package, the same bytes each time."""
    with tempfile.TemporaryDirectory() as place:
        folder, file = Path(place, "tree"), Path(place, "zip")
        folder.mkdir()
        fill(name, folder)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                info = zipfile.ZipInfo(str(path.relative_to(folder)), _FIRST)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = (0o100755 if path.stat().st_mode & 0o100 else 0o100644) << 16
                archive.writestr(info, path.read_bytes())
        return file.read_bytes()


def main(arguments: list[str]) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m cdk_app.one_file", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=TEMPLATE, help="where the template is written")
    parser.add_argument("--packages", type=Path, metavar="DIR", help="write the packages instead")
    said = parser.parse_args(arguments)
    try:
        if said.packages:
            packages(bundling.Full(), said.packages)
            sys.stdout.write((said.packages / "parameters").read_text(encoding="utf-8"))
        else:
            said.output.parent.mkdir(parents=True, exist_ok=True)
            said.output.write_text(as_yaml(template()), encoding="utf-8")
    except OutriderError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_status)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
