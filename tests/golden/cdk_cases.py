"""Templates of the CDK app, as they were when somebody last looked at them.

`cdk/` holds a template for each stack with no context given, `cdk/all/` with every choice made. Packages
are stubs and asset hashes are masked, so that only what the stacks say is compared.

    python -m tests.golden.cdk_cases        regenerates all of them: review the diff
"""

import json
import re
import shutil
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import assertions

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled

FOLDER = Path(__file__).parent / "cdk"
ALL = {
    "mode": "block",
    "opt": "out",
    "act_on_iac": "true",
    "security_hub": "true",
    "task_events": "queue",
    "day_zero": "on",
    "sidecar_image": "example.com/outrider/sidecar@sha256:" + "5" * 64,
    "database_mirror": "https://feeds.example.com",
    "database_key_parameter": "/security/database/key",
    "database_public_key_parameter": "/security/database/public-key",
    "policy_signing_key": "arn:aws:kms:eu-west-1:444444444444:key/policies",
    "alarm_email": "security@example.com",
    "log_days": 365,
    "report_days": 731,
    "sweep_hours": 12,
    "reconcile_minutes": 15,
    "scan_concurrency": 20,
    "members": ("111111111111", "222222222222"),
    "organization": "o-abcdefghij",
}
"""Every choice other than its default; `hub` makes another app, `bundling` is no choice here."""
CASES = {
    "": Settings(),
    "member": Settings(hub="333333333333", organization="o-abcdefghij"),
    "all": Settings(**ALL),
}
"""Folder below `cdk/` → what was chosen."""
_ASSET = re.compile(r"\b[0-9a-f]{64}\.zip\b")


def templates(name: str) -> dict[str, str]:
    """File name → its content as it is now."""
    made = stacks(cdk.App(context=FLAGS), CASES[name], Bundled(Stub()))
    return {
        f"{stack.stack_name}.json": _text(assertions.Template.from_stack(stack).to_json())
        for stack in made.values()
    }


def _text(template: object) -> str:
    return _ASSET.sub("ASSET.zip", json.dumps(template, indent=1, sort_keys=True, ensure_ascii=False)) + "\n"


def main() -> None:
    """Write them all anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name in CASES:
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
        for file, text in templates(name).items():
            (FOLDER / name / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
