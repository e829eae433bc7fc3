"""All benchmarks, in the order they are run and shown."""

from benchmarks.account.cold import COLD as ACCOUNT_COLD
from benchmarks.benchmark import Benchmark
from benchmarks.calls import CALLS
from benchmarks.deaths import DEATHS
from benchmarks.function.calls import CALLS as FUNCTION_CALLS
from benchmarks.function.cold import COLD
from benchmarks.function.warm import WARM
from benchmarks.function.wrapping import WRAPPING
from benchmarks.memory import MEMORY
from benchmarks.models.merging import MODEL_MERGE
from benchmarks.models.replaying import REPLAY
from benchmarks.recorder.agent_cost import AGENT
from benchmarks.rematch.images import REMATCH
from benchmarks.scan.images import IMAGES
from benchmarks.scan.pieces import PIECES
from benchmarks.servers.nginx import NGINX, NGINX_CLOSE, NGINX_PROXY
from benchmarks.servers.postgres import POSTGRES
from benchmarks.servers.python import PYTHON
from benchmarks.servers.redis import REDIS
from benchmarks.work import WORK

BENCHMARKS: tuple[Benchmark, ...] = (
    *CALLS,
    MEMORY,
    DEATHS,
    AGENT,
    NGINX,
    REDIS,
    PYTHON,
    NGINX_CLOSE,
    NGINX_PROXY,
    POSTGRES,
    *WORK,
    *FUNCTION_CALLS,
    *WRAPPING,
    *COLD,
    *WARM,
    *IMAGES,
    *PIECES,
    REMATCH,
    MODEL_MERGE,
    REPLAY,
    *ACCOUNT_COLD,
)
