"""Apache serves files and a CGI script that is careless with what it is asked."""

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program, left
from demo.programs.visitor import Visitor

_PROCESS = "apache2 -D"
_CGI = """#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
eval "echo hello ${QUERY_STRING:-nobody}"
date +%Y
"""


def _load(visitor: Visitor) -> None:
    for _ in range(10):
        visitor.get("/", b"Ordinary")
        visitor.get("/cgi-bin/hello?ada", b"hello ada")
    status, _ = visitor.fetch("/private/")
    visitor.check("no list of files", status in (403, 404))
    visitor.run(
        *"ab -q -n 500 -c 20 http://127.0.0.1/".split(), wanted="Failed requests:        0", times=500
    )


def _rare(visitor: Visitor) -> None:
    log = visitor.life.root / "var/log/apache2/access.log"
    log.rename(log.with_name("access.log.1"))
    before = set(visitor.life.processes(_PROCESS)[1:])
    visitor.life.signal("USR1", _PROCESS)  # graceful: new children, logs opened anew
    visitor.life.wait("a new log", log.exists)
    # A child of before that still takes a request for a script answers 503: the daemon of its day has gone.
    visitor.life.wait("the old children to go", lambda: before.isdisjoint(visitor.life.processes(_PROCESS)))


def _inject(life: Life) -> None:
    Visitor(life).fetch("/cgi-bin/hello?x;id>/srv/shared/injected")


PROGRAM = Program(
    name="apache2",
    package="apache2",
    command=("apachectl", "-D", "FOREGROUND"),
    port=80,
    load=_load,
    rare=_rare,
    files=(
        File("/usr/lib/cgi-bin/hello", _CGI, 0o755),
        File("/var/www/html/index.html", "<h1>Ordinary page</h1>\n"),
        File("/etc/apache2/conf-enabled/name.conf", "ServerName task\n"),
    ),
    prepare=("a2enmod -q cgid", "rm -f /etc/apache2/sites-enabled/*.old"),
    victim="apache2",
    attacks=(Attack("CGI: command injected", _inject, left("injected")),),
    stop="TERM",
    master=_PROCESS,
)
