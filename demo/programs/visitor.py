"""Who asks a program ordinary things, and checks every answer."""

import http.client
import os
import socket
import subprocess
from collections import Counter
from dataclasses import dataclass, field

from demo.programs.life import Life

SECONDS = 30
"""An answer that takes longer is a failed one."""
PROXY_VARIABLES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


@dataclass
class Visitor:
    """One client of a program, in the same network namespace, outside its container."""

    life: Life
    ok: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """What failed → how often."""
    round: int = 0

    def check(self, what: str, held: bool, said: object = "") -> None:
        """Count one request."""
        if held:
            self.ok += 1
        else:
            self.failed[f"{what}: {str(said)[-300:]}" if said else what] += 1

    def fetch(
        self, path: str, *, port: int = 0, body: bytes | None = None, host: str = "", method: str = ""
    ) -> tuple[int, bytes]:
        """Ask over HTTP; status 0 and the reason when there is no answer."""
        headers = {"Host": host} if host else {}
        try:
            connection = http.client.HTTPConnection(
                "127.0.0.1", port or self.life.program.port, timeout=SECONDS
            )
            connection.request(method or ("POST" if body else "GET"), path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error).encode()
        finally:
            connection.close()

    def get(self, path: str, wanted: bytes = b"", **how: object) -> None:
        """A page that must be there and have this in it."""
        status, body = self.fetch(path, **how)  # type: ignore[arg-type]
        self.check(f"GET {path}", status == 200 and wanted in body, f"{status} {body[-200:]!r}")

    def post(self, path: str, body: bytes, wanted: bytes, **how: object) -> None:
        """A form that must be answered with this."""
        status, said = self.fetch(path, body=body, **how)  # type: ignore[arg-type]
        self.check(f"POST {path}", status in (200, 201) and wanted in said, f"{status} {said[-200:]!r}")

    def talk(self, port: int, *lines: bytes, until: bytes) -> bytes:
        """Say lines over TCP, read until an ending; what came."""
        said = b""
        try:
            with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
                for line in lines:
                    connection.sendall(line)
                while until not in said and (got := connection.recv(65536)):
                    said += got
        except OSError as error:
            said += repr(error).encode()
        return said

    def run(self, *words: str, wanted: str = "", given: str = "", user: str = "", times: int = 1) -> str:
        """Run one of the packages' own clients; it must exit with 0 and print this."""
        done = client(self.life, words, given, user)
        said = done.stdout + done.stderr
        self.check(words[0], done.returncode == 0 and wanted in said, f"{' '.join(words)[:120]}: {said}")
        self.ok += times - 1 if done.returncode == 0 else 0
        return done.stdout


def client(
    life: Life, words: tuple[str, ...], given: str = "", user: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program of the image as a client: unsupervised, in a copy of the image of its own."""
    who = ["--userspec", user] if user else []
    environment = {key: value for key, value in os.environ.items() if key not in PROXY_VARIABLES}
    environment |= {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}
    line = ["chroot", *who, str(life.room.client), *words]
    try:
        return subprocess.run(
            line, input=given, capture_output=True, text=True, errors="replace", env=environment,
            timeout=SECONDS * 4, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess(line, 1, "", f"no end: {error}")
