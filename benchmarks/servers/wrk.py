"""Load by wrk: keep-alive connections, one thread, so that the server has a processor left."""

import re
from collections.abc import Sequence

from benchmarks.stage import Stage
from benchmarks.trial import TrialFailed, run

CONNECTIONS = 16
NORMAL_SECONDS, QUICK_SECONDS = 4, 1
_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)$", re.MULTILINE)


def requests_per_second(stage: Stage, port: int, path: str = "/", *headers: str) -> float:
    """Ask a running server for one page; a second of it unseen first. Raises TrialFailed on any error."""
    url = f"http://127.0.0.1:{port}{path}"
    _wrk(url, 1, headers)
    return _wrk(url, QUICK_SECONDS if stage.quick else NORMAL_SECONDS, headers)


def _wrk(url: str, seconds: int, headers: Sequence[str]) -> float:
    load = ("--threads", "1", f"--connections={CONNECTIONS}", f"--duration={seconds}s")
    said = run(("wrk", *load, *(f"--header={header}" for header in headers), url))
    rate = _RATE.search(said)
    if rate is None or "Non-2xx" in said or "Socket errors" in said:
        raise TrialFailed(f"wrk met errors: {' / '.join(said.split(chr(10))[-6:])}")
    return float(rate[1])
