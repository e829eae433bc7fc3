"""`outrider patch`: put the defender into a task definition."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from outrider import __version__, limits
from outrider.cli import outcomes
from outrider.cli.aws.validate import check_register
from outrider.cli.console import ERR, OUT
from outrider.cli.day_zero import day_zeros
from outrider.cli.files import STANDARD, read_capped, write_atomic
from outrider.cli.images import Images
from outrider.errors import ExitStatus, OutriderError, UsageError
from outrider.inject import difference, document
from outrider.inject.settings import BUILTIN_LEARN, OnFailure, Settings
from outrider.inject.task_definition import Injection, Needed, images_needed, inject
from outrider.model.event import Mode

SIDECAR = f"public.ecr.aws/outrider/sidecar:{__version__}"
"""The sidecar image of this version."""


def _pairs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE options as a mapping."""
    pairs: dict[str, str] = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not (name and equals and rest):
            raise click.BadParameter(
                f"{value!r} is not NAME=VALUE; NAME is a container of the task definition"
            )
        pairs[name] = rest
    return pairs


@click.command(short_help="Put the defender into a task definition.")
@click.argument("taskdef", metavar="TASKDEF.json")
@click.option("-o", "--output", metavar="OUT", help="Write the patched definition here instead of to stdout.")
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.ALERT.value,
    show_default=True,
    help="Mode of the built-in first policy: report, or stop what it does not allow.",
)
@click.option(
    "--on-failure",
    type=click.Choice([choice.value for choice in OnFailure]),
    default=OnFailure.AVAILABILITY.value,
    show_default=True,
    help="A container that cannot be protected starts all the same, or does not start.",
)
@click.option(
    "--policy",
    metavar="SOURCE",
    default=BUILTIN_LEARN,
    show_default=True,
    help="Where the sidecar gets its policy: builtin:learn, file:/path, ssm:/name, s3://bucket/key; with "
    "{container} and {image} in it, a place for each version (and {family} is the task's).",
)
@click.option("--key", metavar="BASE64", default="", help="Take only policies signed with this Ed25519 key.")
@click.option(
    "--switch",
    metavar="SOURCE",
    default="",
    help="Where `outrider policy alert-only` puts the fleet's switch: file:/path, ssm:/name, s3://bucket/key.",
)
@click.option(
    "--sidecar",
    metavar="REF",
    default=SIDECAR,
    show_default=True,
    envvar="OUTRIDER_SIDECAR_IMAGE",
    show_envvar=True,
    help="The sidecar's image. Written by digest when its registry can be asked.",
)
@click.option(
    "--events-queue",
    metavar="URL",
    default="",
    help="The sidecar also sends its events to this SQS queue: the account's reporter listens there.",
)
@click.option(
    "--log",
    type=click.Choice(["deviations", "all"]),
    default="deviations",
    show_default=True,
    help="Which events go to the log and the queue; `all` while something is to be learned by them.",
)
@click.option(
    "--day-zero",
    metavar="NAME=LIST",
    multiple=True,
    callback=_pairs,
    help="Stop what did not come with the image of container NAME, from the start on, with nothing learned. "
    "LIST is of `outrider policy programs`; its digest goes into the definition. Repeatable.",
)
@click.option(
    "--programs",
    metavar="SOURCE",
    default="",
    help="Where the sidecar finds those lists: s3://bucket/prefix/{digest} or file:/path/{digest}.",
)
@click.option("--skip", metavar="CONTAINER", multiple=True, help="Leave this container alone. Repeatable.")
@click.option(
    "--include",
    metavar="CONTAINER",
    multiple=True,
    help="Patch this container although it is a log router, a proxy or an agent. Repeatable.",
)
@click.option(
    "--image",
    "references",
    metavar="NAME=REF",
    multiple=True,
    callback=_pairs,
    help="Read the image of container NAME from REF, where the definition's own reference cannot be "
    "read from here. The definition keeps its own. Repeatable.",
)
@click.option(
    "--image-config",
    "configs",
    metavar="NAME=FILE",
    multiple=True,
    callback=_pairs,
    help="Take the image config of container NAME from a file (skopeo inspect --config --raw …). Repeatable.",
)
@click.option(
    "--registry-http", metavar="HOST", multiple=True, help="Ask this registry without TLS. Repeatable."
)
@click.option("--pin", is_flag=True, help="Write the images of the patched containers by digest, too.")
@click.option(
    "--raise-memory", is_flag=True, help="Raise the task's memory when the sidecar would find no room."
)
@click.option("--allow-ec2", is_flag=True, help="Patch a definition that is not for Fargate, too.")
@click.option(
    "--diff", is_flag=True, help="Print what would change as a unified diff, instead of the definition."
)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 when patching would change the definition."
)
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def command(
    *,
    taskdef: str,
    output: str | None,
    references: dict[str, str],
    configs: dict[str, str],
    registry_http: tuple[str, ...],
    diff: bool,
    check: bool,
    as_json: bool,
    sidecar: str,
    day_zero: dict[str, str],
    **choices: Any,
) -> int:
    """Put the defender into an ECS task definition for Fargate.

    TASKDEF.json is what `aws ecs register-task-definition --cli-input-json` takes, or what `aws ecs
    describe-task-definition --include TAGS` prints; `-` is stdin. What comes out can be registered as it is.
    Patching what is patched brings it up to date; `outrider unpatch` takes everything out again.

    \b
      outrider patch task.json -o patched.json      write it, report what was done
      outrider patch task.json --diff               see it first
      outrider patch task.json --check              in CI: is it patched, as these options would?
      outrider patch task.json --skip envoy --mode block
      outrider patch task.json --registry-http localhost:5000 --sidecar localhost:5000/sidecar:dev

    A container without an entryPoint starts what its image says, so the image's config is read from its
    registry (with your docker, podman or AWS login; nothing else is pulled). When that cannot be done, the
    container has failed, nothing is written and the exit status is 3: give --image or --image-config, or
    --skip it.

    The report opens with the count of outcomes. It goes to stdout, or to stderr when stdout carries the
    definition or the diff.
    """
    if check and output:
        raise UsageError("--check writes nothing: --output makes no sense with it")
    given = document.load(read_capped(taskdef, limits.TASK_DEFINITION, "the task definition"))
    images = Images(frozenset(registry_http), references, configs)
    lists = day_zeros(day_zero)
    settings = _settings(sidecar, choices | {"day_zero": lists.digests})
    needed = images_needed(given, settings)
    _check_names(needed, references, configs, day_zero)
    settings, notes = _with_digest(settings, images)
    read = images.read(needed)
    injection = inject(given, read, settings)
    notes += lists.notes(read, settings.programs)
    notes += [
        f"kept, though unknown to the API model here: {name}" for name in check_register(injection.document)
    ]
    quiet = check or (output and output != STANDARD)
    outcomes.show(
        OUT if quiet and not diff else ERR,
        injection.outcomes,
        [*injection.warnings, *notes],
        json_wanted=as_json,
    )
    before = document.register_form(given).document
    if diff and injection.complete:
        click.echo(difference.unified(before, injection.document, Path(taskdef).name), nl=False)
    return _finish(injection, before, output, diff=diff, check=check)


def _finish(
    injection: Injection, before: dict[str, Any], output: str | None, *, diff: bool, check: bool
) -> int:
    """Write what is to be written, and say how it went."""
    if not injection.complete:
        ERR.print("nothing was written: what failed is to be solved, or left out with --skip")
        return ExitStatus.INCOMPLETE
    if check:
        same = injection.document == before
        ERR.print(
            "patched, as these options would" if same else "not patched as these options would: see --diff"
        )
        return ExitStatus.OK if same else ExitStatus.POLICY
    if output or not diff:
        ordered = difference.in_the_order_of(before, injection.document)
        write_atomic(output or STANDARD, difference.text(ordered))
    return ExitStatus.OK


def _settings(sidecar: str, choices: dict[str, Any]) -> Settings:
    """The options as settings."""
    return Settings(
        sidecar_image=sidecar,
        mode=Mode(choices["mode"]),
        on_failure=OnFailure(choices["on_failure"]),
        policy=choices["policy"],
        key=choices["key"],
        log=choices["log"],
        switch=choices["switch"],
        day_zero=choices["day_zero"],
        programs=choices["programs"],
        events_queue=choices["events_queue"],
        skip=frozenset(choices["skip"]),
        include=frozenset(choices["include"]),
        allow_ec2=choices["allow_ec2"],
        pin_images=choices["pin"],
        raise_memory=choices["raise_memory"],
    )


def _with_digest(settings: Settings, images: Images) -> tuple[Settings, list[str]]:
    """The settings with the sidecar by digest, if its registry tells; else a note that says why not."""
    try:
        return replace(settings, sidecar_image=images.registry().pin(settings.sidecar_image)), []
    except OutriderError as error:
        return settings, [f"the digest of the sidecar image is not known: {error.message}"]


def _check_names(needed: Needed, *options: dict[str, str]) -> None:
    """A misspelt container in --image would be ignored otherwise."""
    for name in sorted({name for option in options for name in option} - needed.containers):
        raise UsageError(
            f"there is no container named {name}",
            hint=f"the containers are: {', '.join(sorted(needed.containers))}.",
        )
