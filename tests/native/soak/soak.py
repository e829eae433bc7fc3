"""nginx, Redis and a storm of processes under supervisors that are left no peace.

The sidecar is killed every five seconds, the policy is another one every second. `SOAK_SECONDS=… make soak`;
the exit status is 1 when anything went wrong.

Nothing may fail in an application, the supervisors may not grow, and every event is received or counted."""

import argparse
import base64
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from measured import Container, Watched, accounts, unbalanced
from supervised import policy, until

from outrider.policy.signing import sign

ROOT = Path(__file__).parents[3]
KILL_SECONDS, SWAP_SECONDS = 5.0, 1.0
NGINX = """\
daemon off; worker_processes 1; pid nginx.pid; error_log error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path t; proxy_temp_path t;
  fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
  server {{ listen 127.0.0.1:{front}; location / {{ proxy_pass http://127.0.0.1:{behind}; }} }}
  server {{ listen 127.0.0.1:{behind}; location / {{ return 200 "well\\n"; }} }}
}}
"""
STORM = """\
set -e
n=0
while [ ! -e stop ]; do
  n=$((n + 1))
  for each in 1 2 3 4; do /bin/true & done
  wait
  echo "$n" >out/$((n % 5000))
  [ "$(/bin/cat out/$((n % 5000)))" = "$n" ]
  /bin/rm out/$((n % 5000))
  if 2>/dev/null >forbidden/$((n % 5000)); then exit 9; fi
done
echo "$n rounds"
"""


class Soak:
    """Everything that runs, in one directory."""

    def __init__(self, place: Path, seconds: float) -> None:
        self.place, self.seconds = place, seconds
        self.front, self.behind, self.redis = (free_port() for _ in range(3))
        self.private = os.urandom(32)
        key = Ed25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()
        self.key = base64.b64encode(key).decode()
        binary = ROOT / "outrider" / "_native" / os.uname().machine / "outrider-run"
        self.supervisors = {name: Container(binary, place / "volume", name) for name in self.commands()}
        self.counter = self.kills = self.rounds = 0
        self.done = threading.Event()
        self.problems: list[str] = []
        self.figures: list[str] = []
        self.sidecar: subprocess.Popen[bytes] | None = None
        self.environment = os.environ | {
            "OUTRIDER_CONTAINERS": ",".join(self.commands()),
            "OUTRIDER_DIR": str(place / "volume"),
            "OUTRIDER_STATE_DIR": str(place / "state"),
            "OUTRIDER_POLICY": f"file:{place}/source/{{container}}.policy",
            "OUTRIDER_POLL_SECONDS": "1",
            "OUTRIDER_NAMES": "off",
            "OUTRIDER_INCIDENTS": "off",
        }

    def commands(self) -> dict[str, list[str | Path]]:
        own = self.place / "nginx"
        return {
            "nginx": ["/usr/sbin/nginx", "-p", own, "-c", own / "nginx.conf", "-e", own / "error.log"],
            "redis": [
                "/usr/bin/redis-server",
                "--port",
                str(self.redis),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
            ],
            "storm": ["/bin/bash", "-c", STORM],
        }

    def prepare(self) -> None:
        for name in (*self.commands(), "source", "state", "storm/out", "storm/forbidden"):
            (self.place / name).mkdir(parents=True, exist_ok=True)
        (self.place / "nginx" / "nginx.conf").write_text(NGINX.format(front=self.front, behind=self.behind))
        self.swap_policies()

    def swap_policies(self) -> None:
        """The next of each: signed, allowing the same by other rules; every second one has it told."""
        self.counter += 1
        loopback: dict[str, Any] = {"address": "127.0.0.1/32"}
        rules: list[dict[str, Any]] = [
            *(
                {"kind": "exec", "target": f"/**/{name}"}
                for name in ("nginx", "redis-*", "bash", "true", "cat", "rm")
            ),
            *({"kind": kind, **loopback} for kind in ("connect", "bind")),
            *(
                {"kind": "write", "target": f"{self.place}/{name}/**"}
                for name in ("nginx", "redis", "storm/out")
            ),
        ]
        if self.counter % 2:
            rules = [{"kind": "exec", "action": "block", "target": "/nowhere/*"}, *reversed(rules)]
        blob = policy("block", *rules, counter=self.counter, report=self.counter % 2 == 0, **BLOCKED)
        signed = sign(blob, self.private)
        for name in self.commands():
            replace(self.place / "source" / f"{name}.policy", signed)
            replace(self.place / "volume" / "policy" / f"{name}.policy", signed)

    def start_sidecar(self) -> None:
        command = [sys.executable, "-m", "sidecar", "agent"]
        with (self.place / "sidecar.log").open("ab") as log:
            self.sidecar = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, cwd=ROOT)

    def kill_sidecar(self) -> None:
        assert self.sidecar
        if self.sidecar.poll() is not None:
            self.problems.append(f"the sidecar ended by itself with {self.sidecar.returncode}")
        self.sidecar.kill()
        self.sidecar.wait()
        self.kills += 1
        self.start_sidecar()

    def start_applications(self) -> None:
        for name, command in self.commands().items():
            options = ("--container", name, "--key", self.key, "--on-failure", "security")
            self.supervisors[name].start(*command, options=options, cwd=self.place / name)
        for port in (self.front, self.behind, self.redis):
            until(lambda port=port: answers(port), f"an answer on port {port}")

    def wrk(self) -> None:
        """Each request a connection to nginx, and one of nginx to itself."""
        out = run(
            "wrk",
            "-t1",
            "-c4",
            f"-d{int(self.seconds)}s",
            "-H",
            "Connection: close",
            f"http://127.0.0.1:{self.front}/",
        )
        if re.search(r"Socket errors|Non-2xx", out) or not re.search(
            r"^ +\d+ requests in", out, re.MULTILINE
        ):
            self.problems.append(f"wrk: {out}")
        self.figures.append("wrk: " + " ".join(re.findall(r"\d+ requests in [^,]+", out)))

    def redis_benchmark(self) -> None:
        requests = 0
        while not self.done.is_set():
            out = run(
                "redis-benchmark", "-p", str(self.redis), "-c", "10", "-n", "20000", "-t", "set,get", "-q"
            )
            if re.search(r"error|could not", out, re.IGNORECASE) or out.count("requests per second") != 2:
                self.problems.append(f"redis-benchmark: {out}")
                return
            requests += 40_000
        self.figures.append(f"redis-benchmark: {requests} requests")

    def run(self) -> None:
        self.prepare()
        self.start_sidecar()
        self.start_applications()
        watched = Watched(self.supervisors)
        loads = [threading.Thread(target=load) for load in (self.wrk, self.redis_benchmark)]
        for load in loads:
            load.start()
        self.leave_no_peace(watched)
        self.done.set()
        for load in loads:
            load.join()
        self.end_applications()
        self.settle(watched)

    def leave_no_peace(self, watched: Watched) -> None:
        began = time.monotonic()
        next_kill = began + KILL_SECONDS
        while (now := time.monotonic()) < began + self.seconds:
            self.swap_policies()
            watched.look()
            if now >= next_kill:
                self.kill_sidecar()
                next_kill += KILL_SECONDS
            self.problems += [
                f"{n} ended"
                for n, s in self.supervisors.items()
                if s.process and s.process.poll() is not None
            ]
            if self.problems:
                break
            time.sleep(max(0.0, SWAP_SECONDS - (time.monotonic() - now)))

    def end_applications(self) -> None:
        """In an orderly way: each ends with 0."""
        (self.place / "storm" / "stop").touch()
        for name, number in (("nginx", signal.SIGQUIT), ("redis", signal.SIGTERM), ("storm", 0)):
            process = self.supervisors[name].process
            assert process
            process.send_signal(number)
            out, error = process.communicate(timeout=60)
            if process.returncode:
                self.problems.append(f"{name} ended with {process.returncode}: {error[-500:]}")
            if name == "storm":
                self.figures.append(f"storm: {out.strip()[-100:]}, each six programs and two files")

    def settle(self, watched: Watched) -> None:
        """The supervisors have told everything or counted it: by now the sidecar knows."""
        with contextlib.suppress(AssertionError):
            until(lambda: not any(each.pids() for each in self.supervisors.values()), "the supervisors' end")
        counted: dict[str, list[dict[str, int]]] = {}
        with contextlib.suppress(AssertionError):
            until(
                lambda: counted.update(accounts(self.environment)) or not unbalanced(counted),
                "balanced accounts",
            )
        self.problems += [*watched.problems(), *unbalanced(counted)]
        self.figures += watched.lines()
        self.figures += [f"{name:<8} events: {each}" for name, each in counted.items()]
        self.figures.append(f"{self.kills} times the sidecar was killed, {self.counter} policies")


BLOCKED = {"exec": "block", "connect": "block", "bind": "block", "write": "block"}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def run(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout if done.returncode == 0 else f"error: exit status {done.returncode}\n{done.stdout}"


@contextlib.contextmanager
def ending(soak: Soak) -> Iterator[None]:
    """Whatever happens, nothing of it runs on."""
    try:
        yield
    finally:
        soak.done.set()
        processes = [s.process for s in soak.supervisors.values()] + [soak.sidecar]
        for process in processes:
            if process and process.poll() is None:
                process.kill()
                process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SOAK_SECONDS", "600")))
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="outrider-soak-") as name:
        Path(name).chmod(0o755)
        soak = Soak(Path(name), seconds)
        with ending(soak):
            soak.run()
    print(*soak.figures, sep="\n")
    for problem in soak.problems:
        print(f"PROBLEM {problem}")
    print(f"soak of {seconds:.0f} s: {len(soak.problems)} problems")
    return 1 if soak.problems else 0


if __name__ == "__main__":
    sys.exit(main())
