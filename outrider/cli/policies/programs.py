"""`outrider policy programs`: from a scan to the programs that an image came with."""

import click

from outrider import limits
from outrider.cli.console import ERR
from outrider.cli.files import read_capped, write_atomic
from outrider.errors import ExitStatus
from outrider.policy import programs


@click.command("programs", short_help="Scan report → the programs of an image, for day zero.")
@click.argument("report", metavar="REPORT")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write the list.")
def command(*, report: str, output: str) -> ExitStatus:
    """Take from a scan's JSON report the programs that an image came with.

    With that list a task is protected from its first program on, with nothing learned: what did not come
    with the image is stopped in block mode, and told in alert mode.

    \b
    Examples:
      outrider scan registry:shop/web:1 --only os --format json -o web.json
      outrider policy programs web.json -o web.programs
      outrider patch task.json --day-zero web=web.programs --programs s3://guard/programs/{digest} -o out.json
    """
    listed = programs.of_report(read_capped(report, limits.BASELINE, "the report"), f"the report {report}")
    data = programs.dump(listed)
    write_atomic(output, data)
    special = sum(1 for program in listed.programs if program.mode & 0o6000)
    ERR.print(
        f"wrote {output}: {len(listed.programs)} programs, {special} of them set-user-ID or set-group-ID, "
        f"digest {programs.digest(data)}",
        markup=False,
    )
    return ExitStatus.OK
