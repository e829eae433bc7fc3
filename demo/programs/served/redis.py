"""Redis answers, saves, rewrites its log of changes, runs scripts."""

from demo.programs.life import Life
from demo.programs.program import Attack, Program
from demo.programs.visitor import Visitor, client

_PORT = 6379


def _load(visitor: Visitor) -> None:
    tests = "set,get,incr,lpush,lpop,sadd,hset,zadd,mset"
    visitor.run("redis-benchmark", "-q", "-n", "1000", "-c", "20", "-t", tests, times=9000)
    for number in range(20):
        visitor.check("SET", b"+OK" in visitor.talk(_PORT, b"SET k%d v\r\n" % number, until=b"\r\n"))
    visitor.run("redis-cli", "eval", "return redis.call('incr', KEYS[1])", "1", "counter")
    visitor.run("redis-cli", "--scan", "--pattern", "k*", wanted="k1")


def _rare(visitor: Visitor) -> None:
    visitor.run("redis-cli", "config", "set", "appendonly", "yes", wanted="OK")
    visitor.run("redis-cli", "bgsave", wanted="")
    visitor.life.wait("the save", lambda: _idle(visitor.life))
    visitor.run("redis-cli", "bgrewriteaof", wanted="")
    visitor.life.wait("the rewriting", lambda: _idle(visitor.life))


def _idle(life: Life) -> bool:
    said = client(life, ("redis-cli", "info", "persistence")).stdout
    return "rdb_bgsave_in_progress:0" in said and "aof_rewrite_in_progress:0" in said


def _save_elsewhere(life: Life) -> None:
    """The way in of many a miner: the dump becomes a crontab."""
    for line in (
        ("set", "x", "\n* * * * * root id\n"),
        ("config", "set", "dir", "/srv/shared"),
        ("config", "set", "dbfilename", "crontab"),
        ("save",),
        ("config", "set", "dir", "/var/lib/redis"),  # it would try again at its end
        ("config", "set", "dbfilename", "dump.rdb"),
    ):
        client(life, ("redis-cli", *line))


PROGRAM = Program(
    name="redis",
    package="redis-server",
    command=(
        *("redis-server", "--bind", "127.0.0.1", "--protected-mode", "no", "--dir", "/var/lib/redis"),
        *(
            "--enable-protected-configs",
            "yes",
            "--save",
            "5 100",
            "--logfile",
            "/var/log/redis/redis-server.log",
        ),
    ),
    user="redis",
    port=_PORT,
    load=_load,
    rare=_rare,
    attacks=(
        Attack(
            "CONFIG SET dir, SAVE",
            _save_elsewhere,
            lambda life: (life.root / "srv/shared/crontab").exists(),
        ),
    ),
)
