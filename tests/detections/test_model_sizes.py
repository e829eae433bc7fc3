"""What real programs did under the real supervisor, as a model: few entries, few bytes, the same next time.

`pytest -s -m whole tests/detections/test_model_sizes.py` prints the table.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from detections.case import Case
from detections.playing import play
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Event, FrameType
from outrider.runtime import model_file
from outrider.runtime.learn import learn

pytestmark = pytest.mark.whole

MOST_ENTRIES = 200
MOST_BYTES = 64 << 10

WEB = """
import hashlib, http.server, os, sqlite3, sys, tempfile, threading, time, urllib.request, uuid
place = sys.argv[1]
for name in ("sessions", "logs", "uploads", "cache", "run"):
    os.makedirs(f"{place}/{name}", exist_ok=True)
open(f"{place}/run/worker-{os.getpid()}.pid", "w").write("1")
base = sqlite3.connect(f"{place}/shop.db", check_same_thread=False)
base.execute("create table orders (id integer primary key, what text)")

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        n = int(self.path.rsplit("/", 1)[1])
        name = uuid.uuid4()
        open(f"{place}/sessions/{name}.json", "w").write("{}")
        open(f"{place}/uploads/upload-{n}.part", "w").write("x")
        key = hashlib.sha1(str(n).encode()).hexdigest()
        os.rename(f"{place}/uploads/upload-{n}.part", f"{place}/uploads/{key}")
        os.makedirs(f"{place}/cache/{key[:2]}/{key[2:4]}", exist_ok=True)
        open(f"{place}/cache/{key[:2]}/{key[2:4]}/{key}", "w").write("x")
        open(f"{place}/logs/access-2026-11-{n % 28 + 1:02}.log", "a").write("GET")
        with tempfile.NamedTemporaryFile(dir=place):
            pass
        with base:
            base.execute("insert into orders (what) values (?)", (str(name),))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
for n in range(300):
    urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/item/{n}").read()
server.shutdown()
"""

GIT = """
cd {place} && git init -q repo && cd repo && git config user.email a@b.c && git config user.name a
for n in $(seq 1 12); do
  mkdir -p src/part$n && for f in a b c d e; do echo "$n $f" > src/part$n/$f.txt; done
  git add . && git commit -qm "change $n"
done
git gc -q && git clone -q . ../clone && cd ../clone && git checkout -qb topic && git log --oneline >/dev/null
"""

GCC = """
cd {place} && for n in $(seq 1 20); do echo "int f$n(void) { return $n; }" > f$n.c; done
echo 'int f1(void); int main(void) { return f1() - 1; }' > main.c
for n in *.c; do gcc -O1 -c $n -o ${n%.c}.o; done
ar rcs libf.a f*.o && gcc main.o -L. -lf -o program && ./program
"""

SQLITE = """
import sqlite3, sys
for n in range(40):
    with sqlite3.connect(f"{sys.argv[1]}/customer-{n}.db") as base:
        base.execute("create table t (x)")
        base.executemany("insert into t values (?)", [(i,) for i in range(200)])
    base.execute("vacuum")
"""

NGINX = """
mkdir -p {place}/www {place}/tmp && echo hello > {place}/www/index.html
cat > {place}/nginx.conf <<'CONF'
user root; daemon off; pid {place}/nginx.pid; error_log {place}/error.log; worker_processes 2;
events { worker_connections 64; }
http { access_log {place}/access.log; client_body_temp_path {place}/tmp/body;
  proxy_temp_path {place}/tmp/proxy;
  fastcgi_temp_path {place}/tmp/f; uwsgi_temp_path {place}/tmp/u; scgi_temp_path {place}/tmp/s;
  proxy_cache_path {place}/tmp/cache levels=1:2 keys_zone=c:1m;
  server { listen 127.0.0.1:18765; root {place}/www; }
  server { listen 127.0.0.1:18766; location / { proxy_pass http://127.0.0.1:18765; proxy_cache c;
    proxy_cache_valid any 1m; proxy_cache_key $uri$is_args$args; } } }
CONF
nginx -c {place}/nginx.conf & sleep 1
for n in $(seq 1 60); do curl -s "http://127.0.0.1:18766/?n=$n" >/dev/null; done
kill -QUIT $(cat {place}/nginx.pid); wait
"""

REDIS = """
cd {place}
redis-server --port 0 --unixsocket {place}/redis.sock --save 1 1 --appendonly yes >/dev/null &
sleep 1
for n in $(seq 1 20); do redis-cli -s {place}/redis.sock set k$n $n >/dev/null; done
for n in 1 2 3; do
  redis-cli -s {place}/redis.sock save >/dev/null
  redis-cli -s {place}/redis.sock bgrewriteaof >/dev/null
  sleep 0.5
done
redis-cli -s {place}/redis.sock shutdown
wait
"""


def shell(text: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", text)


PROGRAMS = (
    Case(name="a Python web application", run=WEB),
    Case(name="git", run=shell(GIT), needs=("git",)),
    Case(name="pip into a venv", run=(sys.executable, "-m", "venv", "{place}/venv")),
    Case(name="gcc builds a library", run=shell(GCC), needs=("gcc", "ar")),
    Case(name="sqlite", run=SQLITE),
    Case(name="nginx with a cache", run=shell(NGINX), needs=("nginx", "curl")),
    Case(name="redis", run=shell(REDIS), needs=("redis-server", "redis-cli")),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One program's model."""

    model: BehaviourModel
    told: int
    """Different acts that the supervisor told."""
    distinct: int
    """Entries without generalising: different (kind, program, target)."""

    @property
    def size(self) -> int:
        return len(model_file.to_json([self.model]))


def measured(events: list[Event]) -> Measured:
    events = [replace(event, container="app") for event in events]  # as the sidecar does
    acts = [event for event in events if event.type is FrameType.EVENT]
    distinct = {(event.kind, event.program, event.target, event.address) for event in acts}
    (model,) = learn(events, workload="shop", images={"app": "sha256:" + "0" * 64}).models
    return Measured(model, len(acts), len(distinct))


@pytest.mark.parametrize("case", PROGRAMS, ids=lambda case: case.name)
def test_a_busy_program_makes_a_small_model(
    case: Case, binary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events, _ = play(case, binary, tmp_path)
    found = measured(events)
    with capsys.disabled():
        entries = len(found.model.seen)
        print(
            f"\n{case.name}: {found.told} acts told, {found.distinct} different, {entries} entries, ", end=""
        )
        print(f"{found.size} bytes", flush=True)
    assert found.distinct >= len(found.model.seen)
    assert len(found.model.seen) < MOST_ENTRIES
    assert found.size < MOST_BYTES
