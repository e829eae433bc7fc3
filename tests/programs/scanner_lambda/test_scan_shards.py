"""A shard that is missing, or not what the manifest says, is told by name; so is everything else."""

import hashlib

import pytest

from outrider.scan.advisories.manifest import Manifest, Shard
from tests.programs.scanner_lambda.conftest import World, put_database
from tests.programs.scanner_lambda.test_scan_images import push, pushed
from tests.unit.cli.scanning.artifacts import APP, BASE, tar

BODY = b"SQLite format 3\0 and no more"
SHARDS = {
    "gone": None,
    "another": BODY[::-1],
    "longer": BODY + b"!",
    "no database": BODY,
}
"""What lies in the bucket under the shard's name."""


@pytest.mark.parametrize("case", SHARDS)
def test_a_bad_shard_is_told_and_costs_nothing_else(world: World, case: str) -> None:
    shard = Shard(
        name="pypi",
        sha256=hashlib.sha256(BODY).hexdigest(),
        size=len(BODY),
        ecosystems=("PyPI",),
        advisories=1,
    )
    body = SHARDS[case]
    files = {shard.file: body} if body is not None else {}
    put_database(world.clients, Manifest(built="2026-11-27T00:00:00Z", shards=(shard,)), files)
    program = {"srv/lib/one-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: one\nVersion: 1.0\n"}
    assert world.handle(pushed("shop", push(world, "shop", tar(BASE), tar(APP), tar(program)))) == []
    told = world.told()
    (summary,) = [one for one in told if one["topic"] == "scan"]
    assert "pypi" in str(summary["detail"]["failed"])
    assert [one for one in told if one["detail"].get("family") == "secret"]
    left = [path.name for path in world.program.shards.folder.glob("*")]
    assert left == ([shard.file] if case == "no database" else [])
