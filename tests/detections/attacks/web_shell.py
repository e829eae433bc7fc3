"""Shells below web servers, visitors who look around, and servers at work."""

from detections.case import Case
from detections.stand_ins import SERVER, copy_of
from outrider.model.behaviour import Behaviour
from outrider.model.event import Kind
from outrider.runtime.detectors.detector import Scene

_FIRES = ("web-shell",)

# perl by the name of a web server starts what its argument says
_SERVES = ("{place}/nginx", "-e")

_WHOAMI = SERVER + 'subprocess.run("id", shell=True, check=True)\n'
_PASSWD = SERVER + 'subprocess.run(["cat", "/etc/passwd"], stdout=subprocess.DEVNULL, check=True)\n'
_THREE = SERVER + 'subprocess.run("hostname; uname -r; env", shell=True, stdout=subprocess.DEVNULL)\n'

_WORK = (
    SERVER + 'subprocess.run("id -u; uname -m; wc -c /etc/hostname", shell=True, stdout=subprocess.DEVNULL)\n'
)
_ONE = SERVER + 'subprocess.run("hostname", shell=True); subprocess.run(["cat", "/etc/hostname"])\n'

ATTACKS = (
    Case(
        name="a web server starts a shell (perl is by the name of nginx)",
        run=(*_SERVES, "system('sh', '-c', 'true; true')"),
        prepare=copy_of("perl", "nginx"),
        needs=("perl",),
        fires=_FIRES,
    ),
    Case(name="id from a server", run=_WHOAMI, fires=_FIRES),
    Case(name="cat /etc/passwd from a server", run=_PASSWD, fires=_FIRES),
    Case(name="three looks around from a server", run=_THREE, fires=_FIRES),
)

LOOK_ALIKES = (
    Case(name="a server's own questions", run=_WORK, silent=_FIRES),
    Case(name="a server asks for its name", run=_ONE, silent=_FIRES),
    Case(
        name="whoami in a start script",
        run=("sh", "-c", "whoami; id; hostname; uname -a; cat /etc/passwd"),
        silent=_FIRES,
    ),
    Case(
        name="mail is sent from a web server (perl is by the name of php-fpm8.2)",
        run=("{place}/php-fpm8.2", "-e", "system('sh', '-c', 'sendmail -t -i; true')"),
        prepare=copy_of("perl", "php-fpm8.2"),
        needs=("perl",),
        silent=_FIRES,
    ),
    Case(
        name="a web server that always starts a shell",
        run=(*_SERVES, "system('sh', '-c', 'true; true')"),
        prepare=copy_of("perl", "nginx"),
        needs=("perl",),
        scene=Scene(known=frozenset({Behaviour(Kind.EXEC, "/usr/sbin/nginx", target="/usr/bin/dash")})),
        silent=_FIRES,
    ),
)
