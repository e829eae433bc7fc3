"""cron: a job of a user, logs turned over by logrotate, every minute; what it is asked is the clock's."""

import time

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program, left
from demo.programs.visitor import Visitor

_JOBS = """SHELL=/bin/sh
PATH=/usr/bin:/bin:/usr/sbin:/sbin
* * * * * root logrotate --force /etc/logrotate-app.conf
* * * * * www-data /usr/local/bin/report >> /var/log/app/report.log 2>&1
"""
_REPORT = """#!/bin/sh
set -e
work=$(mktemp)
ps ax > "$work"
echo "$(date) $(wc -l < "$work")"
rm "$work"
date > /var/lib/app/done
"""
_ROTATE = """/var/log/app/app.log {
  rotate 3
  missingok
  compress
  create 0640 www-data www-data
  su www-data www-data
}
"""


def _load(visitor: Visitor) -> None:
    """Wait for the next minute's jobs."""
    done = visitor.life.root / "var/lib/app/done"
    log = visitor.life.root / "var/log/app/app.log"
    log.write_text("a line\n")
    done.unlink(missing_ok=True)
    deadline = time.monotonic() + 130
    while not (done.exists() and (log.with_name("app.log.1.gz")).exists()) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1)
    visitor.check("job of www-data", done.exists())
    visitor.check("logrotate", log.with_name("app.log.1.gz").exists() and not log.read_text())


def _rare(visitor: Visitor) -> None:
    crontab = visitor.life.root / "etc/cron.d/app"
    crontab.write_text(crontab.read_text())  # cron reads it again


def _new_job(life: Life) -> None:
    """Whoever can write there has the volume; cron looks each minute."""
    (life.root / "etc/cron.d/backdoor").write_text("* * * * * root id > /srv/shared/cron\n")


PROGRAM = Program(
    name="cron",
    package="cron",
    command=("cron", "-f"),
    port=0,
    up=lambda life: (life.root / "run/crond.pid").exists(),
    load=_load,
    rare=_rare,
    files=(
        File("/etc/cron.d/app", _JOBS),
        File("/usr/local/bin/report", _REPORT, 0o755),
        File("/etc/logrotate-app.conf", _ROTATE),
    ),
    prepare=(
        "rm -f /etc/cron.d/[!a]* /etc/crontab",
        "mkdir -p /var/log/app /var/lib/app; chown www-data: /var/log/app /var/lib/app",
    ),
    attacks=(Attack("a crontab added", _new_job, left("cron"), seconds=75),),
    stop="KILL",
)
