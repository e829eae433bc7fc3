"""PostgreSQL under pgbench, with tables made and dropped, sorts on disk, vacuum and reload."""

from collections.abc import Callable

from demo.programs.life import Life
from demo.programs.program import Attack, Program, left
from demo.programs.visitor import Visitor, client

_ASK = ("psql", "-h", "127.0.0.1", "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-c")
_BENCH = ("pgbench", "-h", "127.0.0.1", "-U", "postgres")
_BASE = "postgres"
_HBA = "host all all 127.0.0.1/32 trust"
_PLACE = "/var/lib/postgresql/15/main"
_SORT = (
    "set work_mem = '64kB'; select count(*) from "
    "(select g::text as t from generate_series(1, 200000) g order by md5(g::text)) s"
)


def _load(visitor: Visitor) -> None:
    if visitor.round == 0:
        visitor.run(*_BENCH, "-i", "-q", _BASE)
    visitor.run(*_BENCH, "-n", "-c", "4", "-t", "50", _BASE, wanted="processed: 200/200", times=200)
    table = f"notes{visitor.round}"
    visitor.run(*_ASK, f"create table {table} (id serial primary key, text text)")
    visitor.run(*_ASK, f"insert into {table} (text) select repeat('x', 5000) from generate_series(1, 200)")
    visitor.run(*_ASK, f"create index on {table} (text)")
    visitor.run(*_ASK, f"delete from {table} where id % 2 = 0")
    visitor.run(*_ASK, f"vacuum full analyze {table}")
    visitor.run(*_ASK, "create temporary table t as select generate_series(1, 100)")
    visitor.run(*_ASK, _SORT, wanted="200000")
    visitor.run(*_ASK, f"drop table {table}")


def _rare(visitor: Visitor) -> None:
    visitor.life.signal("HUP")
    for command in ("checkpoint", "select pg_switch_wal()", "vacuum", "analyze"):
        visitor.run(*_ASK, command)
    visitor.run(*_ASK, "create database other")
    visitor.run(*_ASK, "drop database other")


def _answers(life: Life) -> bool:
    """It listens some time before that: "the database system is starting up"."""
    return client(life, (*_ASK, "select 1")).returncode == 0


def _say(command: str) -> Callable[[Life], object]:
    return lambda life: client(life, (*_ASK, command))


def _large_object(life: Life) -> None:
    """How libraries get onto a server by SQL alone."""
    for command in ("select lo_from_bytea(4711, 'x')", "select lo_export(4711, '/srv/shared/large')"):
        client(life, (*_ASK, command))


PROGRAM = Program(
    name="postgresql",
    package="postgresql-15",
    command=(
        *("/usr/lib/postgresql/15/bin/postgres", "-D", _PLACE),
        *("-c", "config_file=/etc/postgresql/15/main/postgresql.conf", "-c", "ssl=off"),
    ),
    user="postgres",
    port=5432,
    load=_load,
    rare=_rare,
    up=_answers,
    prepare=(
        f"echo '{_HBA}' > /etc/postgresql/15/main/pg_hba.conf",
        "install -d -o postgres -g postgres /run/postgresql",
    ),
    attacks=(
        Attack(
            "COPY TO PROGRAM", _say("copy (select 1) to program 'id > /srv/shared/copied'"), left("copied")
        ),
        Attack("COPY TO a file elsewhere", _say("copy (select 1) to '/srv/shared/export'"), left("export")),
        Attack("lo_export", _large_object, left("large")),
    ),
    stop="INT",
)
