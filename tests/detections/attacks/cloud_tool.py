"""Cloud tools where they never were, and where they always were. Copies of /bin/true stand in for them."""

from detections.case import Case
from detections.stand_ins import copies_of_true, copy_of, scripts, seen

_FIRES = ("cloud-tool",)

ATTACKS = (
    Case(
        name="aws (a copy of true)",
        run=("sh", "-c", "{place}/aws sts get-caller-identity; true"),
        prepare=copies_of_true("aws"),
        fires=_FIRES,
    ),
    Case(
        name="kubectl, in a container known for other things (a copy of true)",
        run=("sh", "-c", "{place}/kubectl auth can-i --list; true"),
        prepare=copies_of_true("kubectl"),
        scene=seen("/usr/bin/gunicorn"),
        fires=_FIRES,
    ),
    Case(
        name="curl asks for the task's credentials (a copy of true)",
        run=("sh", "-c", "{place}/curl -s http://169.254.170.2/v2/credentials/1; true"),
        prepare=copies_of_true("curl"),
        fires=_FIRES,
    ),
)

LOOK_ALIKES = (
    Case(
        name="aws, in a container that always had it (a copy of true)",
        run=("sh", "-c", "{place}/aws s3 cp s3://bucket/config /tmp/; true"),
        prepare=copies_of_true("aws"),
        scene=seen("/usr/local/bin/aws"),
        silent=_FIRES,
    ),
    Case(
        name="a container whose purpose is terraform (perl by that name)",
        run=("{place}/terraform", "-e", "exit 0"),
        prepare=copy_of("perl", "terraform"),
        silent=_FIRES,
    ),
    Case(
        name="curl elsewhere, with such an address in a path (a copy of true)",
        run=(
            "sh",
            "-c",
            "{place}/curl -s http://127.0.0.1:9/v1; {place}/curl http://x/169.254.169.2540; true",
        ),
        prepare=copies_of_true("curl"),
        silent=_FIRES,
    ),
    Case(
        name="programs with aws in their names and arguments",
        run=("sh", "-c", "{place}/aws-cleanup aws; cat {place}/aws-cleanup"),
        prepare=scripts(**{"aws-cleanup": "#!/bin/sh\nexit 0\n"}),
        silent=_FIRES,
    ),
)
