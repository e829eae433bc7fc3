"""`outrider policy alert-only`: for the night something goes wrong, nothing is stopped anywhere."""

import click

from outrider.cli import duration
from outrider.cli.console import ERR
from outrider.cli.files import write_atomic
from outrider.cli.moment import moment
from outrider.cli.policies.compiling import BLOB_MODE
from outrider.cli.policies.keys import signer_of
from outrider.errors import ExitStatus, UsageError
from outrider.policy.switch import Switch, encode


@click.command("alert-only", short_help="Throw the fleet's switch: nothing is stopped.")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("-o", "--output", required=True, metavar="FILE|s3://…|ssm:…", help="Where the agents look.")
@click.option("--who", required=True, metavar="NAME", help="Who throws it: every task's record has it.")
@click.option("--why", required=True, metavar="TEXT", help="Why: likewise.")
@click.option("--for", "length", default="", metavar="TIME", help="Off by itself after 90s, 15m, 6h, 7d.")
@click.option("--key", default="", metavar="FILE|kms:KEY", help="Sign it: needed where policies are signed.")
def command(*, state: str, output: str, who: str, why: str, length: str, key: str) -> ExitStatus:
    """Throw the switch that makes every task that looks at it alert-only, or throw it back.

    One document for the whole fleet, read by each agent with its policies (OUTRIDER_SWITCH, or `outrider
    patch --switch`). While it is on, nothing is stopped, whatever the policies say, and everything is told
    as before. Supervisors check its signature themselves, take none that is older than the last, and record
    who threw it and why.

    \b
    Examples:
      outrider policy alert-only on  -o s3://guard/fleet.switch --key kms:alias/outrider \\
        --who kim --why "checkout is down, ticket 4711" --for 2h
      outrider policy alert-only off -o s3://guard/fleet.switch --key kms:alias/outrider \\
        --who kim --why "it was the database"
    """
    now = moment()
    if length and state == "off":
        raise UsageError("--for goes with on")
    end = now + duration.parse(length, "--for") if length else None
    until = int(end.timestamp()) if end else 0
    switch = Switch(on=state == "on", counter=int(now.timestamp()), until=until, text=f"{who}: {why}")
    data = encode(switch, signer_of(key)[0] if key else None)
    if output.startswith(("s3://", "ssm:")):
        from outrider.cli.aws.putting import put  # noqa: PLC0415 - boto3 only for who needs it

        put(output, data)
    else:
        write_atomic(output, data, mode=BLOB_MODE)
    ending = f", until {end:%Y-%m-%d %H:%M} UTC" if end else ""
    signed = "signed" if key else "not signed: only where policies are not signed either will it be taken"
    ERR.print(f"alert-only is {state}{ending}: {output} ({signed})", markup=False)
    return ExitStatus.OK
