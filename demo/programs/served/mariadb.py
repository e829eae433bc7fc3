"""MariaDB with tables made, filled, altered and dropped, a binary log that turns over, sorts on disk."""

from collections.abc import Callable

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program, left
from demo.programs.visitor import Visitor, client

_WHO = ("-h", "127.0.0.1", "-u", "shop", "-psecret")
_ASK = ("mariadb", *_WHO, "shop", "-e")
_INIT = """create database if not exists shop;
create user if not exists shop@'%' identified by 'secret';
create user if not exists shop@localhost identified by 'secret';
grant all on *.* to shop@'%';
grant all on *.* to shop@localhost;
"""
_SLAP = "--concurrency=4 --iterations=1 --number-of-queries=200 --auto-generate-sql --auto-generate-sql-load-type=mixed"


def _load(visitor: Visitor) -> None:
    visitor.run("mariadb-slap", *_WHO, *_SLAP.split(), times=200)
    table = f"notes{visitor.round}"
    for command in (
        f"create table {table} (id int auto_increment primary key, text longtext, key (text(20)))",
        f"insert into {table} (text) select repeat('x', 9000) from seq_1_to_200",
        f"alter table {table} add column more int, algorithm=copy",
        f"optimize table {table}",
        "create temporary table t engine=aria select seq, repeat('y', 500) y from seq_1_to_20000; "
        "select count(distinct y, seq) from t order by y",
        f"create table m{table} engine=myisam select * from {table}",
        f"drop table {table}, m{table}",
    ):
        visitor.run(*_ASK, command)


def _rare(visitor: Visitor) -> None:
    visitor.run(*_ASK, "flush logs; flush tables; flush privileges")
    visitor.run(*_ASK, "purge binary logs before now()")
    visitor.life.signal("HUP")


def _say(command: str) -> Callable[[Life], object]:
    return lambda life: client(life, (*_ASK, command))


PROGRAM = Program(
    name="mariadb",
    package="mariadb-server",
    command=(
        "mariadbd",
        "--user=mysql",
        "--init-file=/etc/mysql/init.sql",
        "--log-bin=/var/lib/mysql/changes",
    ),
    port=3306,
    load=_load,
    rare=_rare,
    files=(File("/etc/mysql/init.sql", _INIT),),
    prepare=("install -d -o mysql -g mysql /run/mysqld",),
    attacks=(
        Attack("SELECT INTO OUTFILE", _say("select 1 into outfile '/srv/shared/out.php'"), left("out.php")),
        Attack(
            "SELECT INTO DUMPFILE", _say("select 'so' into dumpfile '/srv/shared/udf.so'"), left("udf.so")
        ),
        Attack(
            "general_log_file elsewhere",
            _say("set global general_log_file='/srv/shared/log.php'; set global general_log=1"),
            left("log.php"),
        ),
    ),
)
