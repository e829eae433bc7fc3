"""A small story to test with: nginx starts an application, which is attacked."""

from dataclasses import replace
from typing import Any

from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Mode, Verdict

INSTANCE = "5a" * 16
SECOND = 1_000_000_000
START = 1_795_482_123 * SECOND
NGINX, PYTHON, LAUNCHER = "/usr/sbin/nginx", "/usr/bin/python3.11", "/outrider/bin/outrider-run"
POLICY = "9a" * 16
COMMAND = (NGINX, "-g", "daemon off;")


class Story:
    """Events in order; each takes the next number and comes a tenth of a second later."""

    def __init__(self, container: str = "web", instance: str = INSTANCE) -> None:
        self.events: list[Event] = []
        self.container, self.instance = container, instance
        self.seq, self.time = 0, START

    def tell(self, type: FrameType, **fields: Any) -> Event:
        if type is not FrameType.HELLO:
            self.seq += 1
        self.time += SECOND // 10
        event = Event(
            type=type,
            seq=0 if type is FrameType.HELLO else self.seq,
            time_ns=self.time,
            instance=self.instance,
            container=self.container,
            **fields,
        )
        self.events.append(event)
        return event

    def act(self, kind: Kind, target: str = "", verdict: Verdict = Verdict.ALLOW, **fields: Any) -> Event:
        """Something the application did, unless said otherwise."""
        who = {
            "program": PYTHON,
            "pid": 17,
            "ppid": 1,
            "ancestors": (Ancestor(1, NGINX),),
            "cmdline": ("python3", "app.py"),
            "errno": 1 if verdict is Verdict.BLOCK else 0,
        }
        return self.tell(FrameType.EVENT, kind=kind, target=target, verdict=verdict, **who | fields)

    def begin(self) -> None:
        policy = {"policy_id": "00" * 16, "mode": Mode.ALERT}
        self.tell(FrameType.HELLO, engine="notify", kernel="6.18 x86_64", **policy)
        self.tell(FrameType.START, argv=COMMAND, **policy)
        first = {"program": LAUNCHER, "pid": 1, "ppid": 0, "ancestors": ()}
        self.act(Kind.EXEC, NGINX, argv=COMMAND, **first)
        nginx = {"program": NGINX, "pid": 1, "ppid": 0, "ancestors": (), "cmdline": COMMAND}
        self.act(Kind.BIND, address=Address("inet", "tcp", "0.0.0.0", 8080), **nginx)  # noqa: S104
        self.act(Kind.WRITE, "/run/nginx.pid", **nginx)
        self.act(
            Kind.EXEC,
            PYTHON,
            argv=("python3", "app.py"),
            **{**nginx, "pid": 17, "ppid": 1, "ancestors": (Ancestor(1, NGINX),)},
        )

    def serve(self) -> Event:
        """What it does every day; returns the write that is later told to have been repeated."""
        self.act(Kind.CONNECT, address=Address("inet", "tcp", "10.0.3.7", 5432))
        self.act(Kind.CONNECT, "/run/shop.sock")
        self.act(Kind.SYSCALL, "memfd_create")
        return self.act(Kind.WRITE, "/tmp/tmpab12cd34")

    def attack(self) -> Event:
        """What it should not do; returns the first act that is blocked."""
        self.tell(
            FrameType.POLICY, verdict=Verdict.ALLOW, policy_id=POLICY, policy_counter=2, mode=Mode.BLOCK
        )
        shell = {"pid": 31, "ppid": 17, "ancestors": (Ancestor(17, PYTHON), Ancestor(1, NGINX))}
        first = self.act(Kind.EXEC, "/bin/dash", Verdict.BLOCK, argv=("sh", "-c", "id\x1b[2J"), **shell)
        metadata = self.act(
            Kind.CONNECT, "", Verdict.BLOCK, rule=4, address=Address("inet", "tcp", "169.254.170.2", 80)
        )
        self.tell(FrameType.REPEAT, ref_seq=metadata.seq, count=3)
        return first


def told() -> Story:
    """The whole story."""
    story = Story()
    story.begin()
    repeated = story.serve()
    story.tell(FrameType.REPEAT, ref_seq=repeated.seq, count=41)
    story.attack()
    return story


def elsewhere(event: Event, instance: str) -> Event:
    """The same, in another life."""
    return replace(event, instance=instance)
