"""memcached, spoken to in its own words."""

from demo.programs.program import Program
from demo.programs.visitor import Visitor

_PORT = 11211


def _load(visitor: Visitor) -> None:
    for number in range(200):
        key, value = b"key%d" % number, b"v" * (number * 50 + 1)
        said = visitor.talk(_PORT, b"set %s 0 0 %d\r\n%s\r\n" % (key, len(value), value), until=b"\r\n")
        visitor.check("set", said == b"STORED\r\n", said)
        said = visitor.talk(_PORT, b"get %s\r\n" % key, until=b"END\r\n")
        visitor.check("get", value in said, said)
    visitor.check("stats", b"curr_items" in visitor.talk(_PORT, b"stats\r\n", until=b"END\r\n"))
    visitor.check("delete", b"DELETED" in visitor.talk(_PORT, b"delete key1\r\n", until=b"\r\n"))


def _rare(visitor: Visitor) -> None:
    visitor.check("flush", b"OK" in visitor.talk(_PORT, b"flush_all\r\n", until=b"\r\n"))
    visitor.life.signal("HUP")


PROGRAM = Program(
    name="memcached",
    package="memcached",
    command=("memcached", "-u", "memcache", "-l", "127.0.0.1", "-v"),
    user="memcache",
    port=_PORT,
    load=_load,
    rare=_rare,
)
