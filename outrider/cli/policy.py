"""`outrider policy`: from what was seen to what may be done."""

import click

from outrider.cli.policies import (
    alert_only,
    check,
    compiling,
    diff,
    from_model,
    keygen,
    programs,
    show,
    sign,
    verify,
)


@click.group("policy")
def command() -> None:
    """Make, review, compile and sign policies.

    A policy document says in YAML what each container of a workload may do, and why. It is compiled to one
    small binary blob a container, which the supervisor reads. A function is a workload with the one container
    `function`; its blob goes into a layer, or as text into OUTRIDER_POLICY.

    \b
    From events to a policy in force:
      outrider learn record/ -o model.json
      outrider policy from-model model.json -o policy.yaml      read it, change it
      outrider policy check policy.yaml
      outrider policy diff old.yaml policy.yaml
      outrider policy keygen -o policy.key                      once
      outrider policy compile policy.yaml -o blobs/             for a function: --base64
      outrider policy sign blobs/*.policy --key policy.key
      outrider policy verify blobs/*.policy --key policy.key.pub

    \b
    When something goes wrong, and nothing shall be stopped anywhere:
      outrider policy alert-only on -o s3://guard/fleet.switch --key policy.key --who kim --why "ticket 4711"
    """


for subcommand in (
    from_model.command,
    check.command,
    diff.command,
    show.command,
    compiling.command,
    keygen.command,
    sign.command,
    verify.command,
    programs.command,
    alert_only.command,
):
    command.add_command(subcommand)
