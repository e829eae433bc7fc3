"""The extension as Lambda would start it, its shared page, its lines; and a client that sends exact bytes."""

import contextlib
import json
import mmap
import os
import socket
import struct
import subprocess
import threading
from pathlib import Path
from typing import Any

from strict_platform import PATIENCE, StrictPlatform, until

STATE = struct.Struct("<QIIIiiiiIQQQQI68s")
STATE_FIELDS = (
    *("magic", "version", "policy_generation", "proxy_port", "extension_pid", "worker_pid", "runtime_pid"),
    *("phase", "learning", "invocations", "emitted", "dropped", "fork_window", "request_lock", "request_id"),
)


class Running:
    """One extension with its platform."""

    def __init__(
        self, binary: Path, place: Path, platform: StrictPlatform, *under: str, **environment: str
    ) -> None:
        """`under`: the words of what runs it, when the processor cannot."""
        self.platform, self.place, self.directory = platform, place, place / "s"
        self.lines: list[str] = []
        self.paused = threading.Event()
        """Set: nobody reads its standard output."""
        self.broken: list[str] = []
        task = place / "task"
        task.mkdir(exist_ok=True)
        opt = place / "extensions"
        opt.mkdir(exist_ok=True)
        program = opt / "outrider"
        if not program.exists():
            program.symlink_to(binary)
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "AWS_LAMBDA_RUNTIME_API": platform.address,
            "AWS_LAMBDA_FUNCTION_NAME": "shop",
            "AWS_LAMBDA_FUNCTION_VERSION": "7",
            "LAMBDA_TASK_ROOT": str(task),
            "OUTRIDER_DIR": str(self.directory),
            "OUTRIDER_ROOT": str(place / "root"),
            "ASAN_OPTIONS": f"log_path={place}/asan",
            "UBSAN_OPTIONS": f"log_path={place}/asan",
            **environment,
        }
        self.process = subprocess.Popen(
            [*under, str(program)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=self.environment
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for raw in self.process.stdout:
            until(lambda: not self.paused.is_set(), "reading goes on")
            self.lines.append(raw.decode("utf-8"))

    def sanitizer_report(self) -> str:
        return "".join(path.read_text() for path in self.place.glob("asan.*"))

    def state(self) -> dict[str, Any]:
        with (self.directory / "state").open("rb") as file:
            page = mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ)
        return dict(zip(STATE_FIELDS, STATE.unpack_from(page), strict=True))

    def set_runtime(self, pid: int) -> None:
        """As the wrapper does."""
        with (self.directory / "state").open("r+b") as file:
            file.seek(28)
            file.write(struct.pack("<i", pid))

    @property
    def port(self) -> int:
        def published() -> int:
            with contextlib.suppress(OSError, ValueError, struct.error):
                return int(self.state()["proxy_port"])
            return 0

        return int(until(published, "the proxy's port"))

    def said(self, schema: str = "outrider.event/1", **wanted: Any) -> list[dict[str, Any]]:
        """Lines of a schema with these members."""
        parsed = [json.loads(line) for line in list(self.lines)]
        return [
            one
            for one in parsed
            if one["schema"] == schema and all(one.get(key) == value for key, value in wanted.items())
        ]

    def client(self) -> "Client":
        return Client(self.port)

    def send(self, frame: bytes) -> None:
        """A datagram, as a guard's."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            here = os.open(self.directory, os.O_RDONLY)
            try:
                sock.sendto(frame, f"/proc/self/fd/{here}/events")
            finally:
                os.close(here)

    def shut_down(self) -> int:
        """SHUTDOWN; the exit status. All lines are read then."""
        self.platform.shut_down()
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status

    def end(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(OSError, ValueError, struct.error):
                worker = self.state()["worker_pid"]
                self.process.kill()
                if worker > 0:
                    os.kill(worker, 9)
            self.process.kill()
            self.process.wait()


class Client:
    """Sends bytes to the proxy, reads answers strictly."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def close(self) -> None:
        self.sock.close()

    def send(self, *parts: bytes) -> None:
        self.sock.sendall(b"".join(parts))

    def fill(self) -> bool:
        piece = self.sock.recv(1 << 16)
        self.buffer += piece
        return bool(piece)

    def exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            assert self.fill(), "the answer is cut"
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            assert self.fill(), f"the answer is cut after {self.buffer!r}"
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def answer(self, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names lower case) and body of the next answer."""
        status = int(self.line().split(b" ")[1])
        headers: dict[str, str] = {}
        while line := self.line():
            name, _, value = line.decode("latin-1").partition(": ")
            assert name.lower() not in headers, f"{name} twice"
            headers[name.lower()] = value
        if status < 200 or status in (204, 304) or method == "HEAD":
            return status, headers, b""
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, b"".join(iter(self._chunk, b""))
        if "content-length" in headers:
            return status, headers, self.exactly(int(headers["content-length"]))
        while self.fill():
            pass
        rest, self.buffer = self.buffer, b""
        return status, headers, rest

    def _chunk(self) -> bytes:
        size = int(self.line(), 16)
        data = self.exactly(size)
        assert self.line() == b""
        return data

    def closed(self) -> bool:
        """Whether the other side closes now, with nothing more to say."""
        try:
            return not self.buffer and not self.fill()
        except ConnectionResetError:
            return True

    def get(self, path: str, *lines: bytes) -> tuple[int, dict[str, str], bytes]:
        self.send(request(b"GET", path, *lines))
        return self.answer()

    def post(self, path: str, body: bytes, *lines: bytes) -> tuple[int, dict[str, str], bytes]:
        self.send(request(b"POST", path, b"Content-Length: %d" % len(body), *lines), body)
        return self.answer()

    def next(self) -> tuple[int, dict[str, str], bytes]:
        return self.get("/2018-06-01/runtime/invocation/next")

    def respond(self, id: str, body: bytes = b"{}") -> int:
        return self.post(f"/2018-06-01/runtime/invocation/{id}/response", body)[0]


def request(method: bytes, path: str, *lines: bytes, version: bytes = b"HTTP/1.1") -> bytes:
    """A head."""
    head = [method + b" " + path.encode() + b" " + version, b"Host: 127.0.0.1:9001", *lines, b"", b""]
    return b"\r\n".join(head)
