"""Mosquitto passes messages on and keeps those that are to be kept."""

from demo.programs.program import File, Program
from demo.programs.visitor import Visitor

_CONFIG = """
listener 1883 127.0.0.1
allow_anonymous true
persistence true
persistence_location /var/lib/mosquitto/
autosave_interval 2
log_dest file /var/log/mosquitto/mosquitto.log
pid_file /run/mosquitto/mosquitto.pid
"""


def _load(visitor: Visitor) -> None:
    for number in range(10):
        topic = f"plant/{number}"
        visitor.run("mosquitto_pub", "-q", "1", "-r", "-t", topic, "-m", f"value {visitor.round}")
        visitor.run(
            "mosquitto_sub", "-q", "1", "-C", "1", "-W", "20", "-t", topic, wanted=f"value {visitor.round}"
        )
    rr = ("mosquitto_rr", "-t", "plant/1", "-e", "plant/1", "-m", "asked", "-W", "20")
    visitor.run(*rr, wanted="")


def _rare(visitor: Visitor) -> None:
    visitor.life.signal("HUP")  # configuration and log anew
    visitor.life.signal("USR1")  # writes its database


PROGRAM = Program(
    name="mosquitto",
    package="mosquitto",
    command=("mosquitto", "-c", "/etc/mosquitto/mosquitto.conf"),
    port=1883,
    load=_load,
    rare=_rare,
    files=(File("/etc/mosquitto/mosquitto.conf", _CONFIG),),
    prepare=("install -d -o mosquitto -g mosquitto /run/mosquitto /var/log/mosquitto /var/lib/mosquitto",),
)
