"""Scripts that start servers as official images do: they prepare, change user by starting themselves again,
and the server serves. Under a policy of what such an image needs; also as a container without SYS_PTRACE."""

import contextlib
import gzip
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from supervised import Supervised, policy, until

from outrider.model.event import Verdict

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="changes user")

SCRIPTS = Path(__file__).parent / "entry_scripts"
MANNERS = ("alert", "block", "block without SYS_PTRACE")
NOT_ALLOWED = {("/usr/bin/sed", "setxattr"), ("/usr/sbin/mariadbd", "io_uring_setup")}
"""The policy allows no rare call: `sed -i` does without an ACL then, MariaDB without io_uring."""
SECRET = "in-a-test-only"  # noqa: S105
NGINX = """\
daemon off; worker_processes 1; pid ${PLACE}/nginx.pid; error_log /dev/stderr notice; user nobody nogroup;
events { worker_connections 64; }
http {
  access_log /dev/stdout; client_body_temp_path ${PLACE}/t; proxy_temp_path ${PLACE}/t;
  fastcgi_temp_path ${PLACE}/t; uwsgi_temp_path ${PLACE}/t; scgi_temp_path ${PLACE}/t;
  server { listen 127.0.0.1:${PORT}; location / { return 200 "served\\n"; } }
}
"""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Image:
    """A script that is the entry point, in a place of its own."""

    def __init__(
        self, supervised: Supervised, program: Callable[[str], Path], place: Path, manner: str
    ) -> None:
        self.supervised, self.place, self.manner, self.port = supervised, place, manner, free_port()
        self.confined = program("confined") if "without" in manner else None
        self.environment = os.environ | {"PLACE": str(place), "PORT": str(self.port)}
        rules: list[dict[str, Any]] = [
            {"kind": "exec", "target": "/usr/**"},
            {"kind": "exec", "target": f"{place}/**"},
            *(
                {"kind": "write", "target": each}
                for each in (f"{place}/**", "/dev/**", "/tmp/**", "/proc/**")
            ),
            *({"kind": kind, "address": "127.0.0.1/32"} for kind in ("bind", "connect")),
            *({"kind": kind, "path": f"{place}/**"} for kind in ("bind", "connect")),
            {"kind": "connect", "path": "/**"},
        ]
        blocked = dict.fromkeys(("exec", "connect", "bind", "write", "syscall"), "block")
        supervised.set_policy(policy(manner.partition(" ")[0], *rules, **blocked))
        self.agent = supervised.listen()

    def put(self, script: str, to: str = "entrypoint.sh") -> Path:
        path = self.place / to
        path.parent.mkdir(exist_ok=True)
        shutil.copy(SCRIPTS / script, path)
        return path

    @contextlib.contextmanager
    def running(
        self, *arguments: str | Path, stop: int = signal.SIGTERM, **environment: str
    ) -> Iterator[None]:
        """Started, and in the end stopped in an orderly way; nothing it needs was refused."""
        command = self.supervised.command(self.place / "entrypoint.sh", *arguments)
        before = [str(self.confined), "1.7"] if self.confined else []
        with (self.place / "log").open("wb") as log:
            process = subprocess.Popen(
                [*before, *command],
                cwd=self.place,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            until(lambda: self.answers() or process.poll() is not None, "an answer")
            assert process.poll() is None, self.log()
            yield
            process.send_signal(stop)
            assert process.wait(30) == 0, self.log()
        finally:
            process.kill()
            process.wait()
        unwanted = {Verdict.ALERT, Verdict.BLOCK}
        told = {(e.program, e.target) for e in self.agent.events if e.verdict in unwanted}
        assert told <= NOT_ALLOWED, self.log()

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def log(self) -> str:
        return (self.place / "log").read_text()


@pytest.fixture
def place() -> Iterator[Path]:
    """Not below pytest's own, which is closed to others whenever another pytest starts beside this one."""
    with tempfile.TemporaryDirectory(prefix="outrider-entry-") as name:
        made = Path(name)
        made.chmod(0o777)
        yield made


@pytest.fixture(params=MANNERS)
def image(
    request: pytest.FixtureRequest, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> Image:
    return Image(supervised, program, place, request.param)


def test_redis(image: Image) -> None:
    image.put("redis.sh")
    (image.place / "left-by-root").touch()
    with image.running("--port", str(image.port), "--bind", "127.0.0.1", "--dir", image.place):
        assert asked(image, "SET word served", "GET word", "SAVE") == ["+OK", "$6", "served", "+OK"]
    assert [(image.place / name).owner() for name in ("left-by-root", "dump.rdb")] == ["redis"] * 2
    assert (image.place / "dump.rdb").stat().st_mode & 0o777 == 0o600, "the umask of the script"


def asked(image: Image, *lines: str) -> list[str]:
    with socket.create_connection(("127.0.0.1", image.port), 10) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in lines).encode())
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile(newline="\r\n").read().split()


def test_nginx(image: Image) -> None:
    image.put("nginx.sh")
    image.put("nginx-templates.sh", "steps/20-templates.sh")
    (image.place / "steps" / "10-told").write_text("not run")
    (image.place / "steps" / "15-variables.envsh").write_text("export SOURCED=yes\n")
    (image.place / "steps" / "15-variables.envsh").chmod(0o755)
    (image.place / "templates").mkdir()
    (image.place / "templates" / "default.conf.template").write_text(NGINX)
    folders = {name.upper(): str(image.place / name.lower()) for name in ("STEPS", "TEMPLATES", "MADE")}
    command = ("nginx", "-p", image.place, "-e", "stderr", "-c", image.place / "made" / "default.conf")
    with image.running(*command, stop=signal.SIGQUIT, **folders):
        with urllib.request.urlopen(f"http://127.0.0.1:{image.port}/", timeout=10) as answer:
            assert answer.read() == b"served\n"
        until(lambda: '"GET / HTTP/1.1" 200' in image.log(), "its line, by way of /dev/stdout")
    assert "worker_processes 2;" in (image.place / "made" / "default.conf").read_text()
    assert [word in image.log() for word in ("sources", "runs", "leaves")] == [True] * 3


@pytest.mark.whole
def test_postgres(image: Image) -> None:
    image.put("postgres.sh")
    sockets = steps = image.place / "steps"
    steps.mkdir(mode=0o777)
    steps.chmod(0o777)
    (steps / "1-table.sql").write_text("create table words (word text);\n")
    (steps / "2-words.sql.gz").write_bytes(gzip.compress(b"insert into words values ('served');\n"))
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    settings = {
        "PGDATA": str(image.place / "data"),
        "PASSWORD": SECRET,
        "STEPS": str(steps),
        "SOCKETS": str(sockets),
        "PATH": f"{programs}:{os.environ['PATH']}",
    }
    options = ("listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={image.port}")
    command = [word for option in options for word in ("-c", option)]
    with image.running(*command, stop=signal.SIGINT, **settings):
        where = f"host=127.0.0.1 port={image.port} user=postgres dbname=shop password={SECRET}"
        ask = [programs / "psql", "-At", "-c", "select word from words", where]
        assert answered(ask) == "served\n"
    assert (image.place / "data" / "PG_VERSION").owner() == "postgres"


@pytest.mark.whole
def test_mariadb(image: Image) -> None:
    image.put("mariadb.sh")
    data, steps = image.place / "data", image.place / "steps"
    data.mkdir()
    steps.mkdir()
    (steps / "words.sql.gz").write_bytes(gzip.compress(b"create table words as select 'served' word;\n"))
    settings = {"DATA": str(data), "STEPS": str(steps), "PASSWORD": SECRET, "OWNER": "nobody"}
    own = ("--no-defaults", f"--datadir={data}", f"--socket={data}/own.sock", "--bind-address=127.0.0.1")
    with image.running("mariadbd", *own, f"--port={image.port}", **settings):
        ask = ["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{image.port}", "-ushop", f"-p{SECRET}", "-N"]
        assert answered([*ask, "-e", "select word from words", "shop"]) == "served\n"
    assert (data / "mysql").owner() == "nobody"


def answered(command: list[str | Path]) -> str:
    """Of a client that finds the server of the entry point, not the one that came before it."""
    end = time.monotonic() + 20
    while True:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0 or time.monotonic() > end:
            assert done.returncode == 0, done.stderr
            return done.stdout
        time.sleep(0.2)
