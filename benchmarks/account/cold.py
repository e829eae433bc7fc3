"""Cold starts of the CDK app's functions: packages as they are deployed, but with wheels for this machine.

The init phase is everything until the runtime asks for the first event, awslambdaric's own start included.
What the sandbox cannot be is a Lambda of so many MiB: here every phase has a whole processor.
"""

import platform
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.account.functions import FUNCTIONS, Measured
from benchmarks.benchmark import Benchmark, Series, Variant
from benchmarks.stage import ROOT, Stage
from benchmarks.trial import Trial, TrialFailed
from cdk_app import bundling, bytecode
from outrider.cli.emulator.local_function import LocalFunction

STARTS = 20
RUNTIME = f"python{bundling.PYTHON}"
PLATFORM = f"{platform.machine()}-manylinux_2_28"
BARE = Path(__file__).parent / "bare"


class _Empty(BaseHTTPRequestHandler):
    """An account that has nothing, and a mirror that has none of the feeds."""

    def do_GET(self) -> None:
        self.send_response(404)
        body = b"<Error><Code>NoSuchKey</Code><Message>there is nothing</Message></Error>"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _empty() -> Iterator[int]:
    """Its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Empty)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def package(stage: Stage, id: str) -> Path:
    """The package of a function, the bare one's under an empty id; once a run. Raises EnvironmentFault."""
    made = stage.work / "account" / (id or "bare")
    if made.exists():
        return made
    made.mkdir(parents=True)
    if id:
        bundling.Full(PLATFORM).function(id, made)
        return made
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    needed = bundling.closure(lock, {"boto3", "aws-lambda-powertools"})
    bundling.install(bundling.subset(lock, needed), made, PLATFORM)
    shutil.copy(BARE / "app.py", made)
    bytecode.add(made, RUNTIME)
    return made


def _cold(one: Measured) -> Benchmark:
    def once(trial: Trial) -> Sequence[float]:
        ours = trial.variant is Variant.OURS
        directory = package(trial.stage, one.id if ours else "")
        with _empty() as port:
            environment = {
                name: value.replace("{port}", str(port)) for name, value in one.environment.items()
            }
            with LocalFunction(
                directory,
                handler=one.handler if ours else "app.handler",
                runtime=RUNTIME,
                environment=environment | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"},
                timeout=60.0,
                memory=one.memory,
                name=f"bench-{one.name}",
            ) as function:
                response = function.invoke(dict(one.event))
        wanted = one.refused if ours else ""
        if response.init_ms is None or (response.error_type or "") != wanted:
            raise TrialFailed(f"{one.name}: {response.error_type}: {response.error_message}")
        return response.init_ms, response.duration_ms

    return Benchmark(
        name=f"account-cold-{one.name}",
        series=(
            Series("init", f"cold start in the account, {one.name}: init phase", "ms"),
            Series("first", f"cold start in the account, {one.name}: first event", "ms"),
        ),
        once=once,
        variants=(Variant.BARE, Variant.OURS),
        rounds=STARTS,
    )


COLD = tuple(map(_cold, FUNCTIONS))
