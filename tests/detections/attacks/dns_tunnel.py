"""Data in names, and names that are long for other reasons: events made as the sidecar makes them."""

import base64
import hashlib

from detections.case import Case
from outrider.model.event import Address, Event, FrameType, Kind, Verdict

SECOND = 1_000_000_000


def lookups(
    *names: str, message: str = "type=A rcode=0 answers=1", resolver: str = "10.0.0.2"
) -> list[Event]:
    """One a second."""
    return [
        Event(
            type=FrameType.EVENT,
            seq=place,
            time_ns=1_795_482_123 * SECOND + place * SECOND,
            instance="5a" * 16,
            container="app",
            kind=Kind.RESOLVE,
            verdict=Verdict.ALLOW,
            target=name,
            address=Address("inet", "udp", resolver, 53),
            message=message,
        )
        for place, name in enumerate(names, start=1)
    ]


def _data(number: int, size: int) -> str:
    return base64.b32encode(hashlib.sha256(b"%d" % number).digest()).decode().lower()[:size]


def _exfiltration() -> list[Event]:
    return lookups(*(f"{_data(number, 50)}.{number}.x.evil.example" for number in range(40)))


def _orders() -> list[Event]:
    return lookups(
        *(f"{_data(number, 18)}.c2.example.co.uk" for number in range(40)),
        message="type=TXT rcode=0 answers=1",
    )


def _services() -> list[Event]:
    names = [
        f"internal-service-{number}-{1234567890 + number}.eu-central-1.elb.amazonaws.com"
        for number in range(40)
    ]
    names += [f"{_data(number, 32)}.cloudfront.net" for number in range(40)]
    names += [f"{number}.0.0.10.in-addr.arpa" for number in range(250)]
    names += [f"ip-10-0-{number}-7.eu-central-1.compute.internal" for number in range(40)]
    return lookups(*names)


def _shops() -> list[Event]:
    names = [f"tenant{number}.shop.example" for number in range(200)]
    names += [f"{_data(number, 40)}.ingest{number}.example" for number in range(40)]
    return lookups(*names)


def _mail() -> list[Event]:
    domains = [f"domain{number}.example" for number in range(60)]
    names = [name for domain in domains for name in (f"_dmarc.{domain}", f"selector1._domainkey.{domain}")]
    return lookups(
        *names, *(f"{number}.2.0.192.zen.spamhaus.org" for number in range(60)), message="type=TXT rcode=3"
    )


ATTACKS = (
    Case(name="data in labels", run=(), feed=_exfiltration, fires=("dns-tunnel",)),
    Case(name="orders in text records", run=(), feed=_orders, fires=("dns-tunnel",)),
)

LOOK_ALIKES = (
    Case(name="names that AWS makes up", run=(), feed=_services, silent=("dns-tunnel",)),
    Case(name="many short names, and long ones of many domains", run=(), feed=_shops, silent=("dns-tunnel",)),
    Case(name="a mail server", run=(), feed=_mail, silent=("dns-tunnel",)),
)
