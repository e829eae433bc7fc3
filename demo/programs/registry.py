"""The programs, in the order in which the table has them."""

from demo.programs.program import Program
from demo.programs.served import flask, nginx, redis

PROGRAMS: tuple[Program, ...] = (
    nginx.PROGRAM,
    redis.PROGRAM,
    flask.PROGRAM,
)
