"""Day zero in the sidecar: the list that the task definition names, in every policy, or no policy at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from written_policy import written

from outrider.errors import UsageError
from outrider.model.event import Verdict
from outrider.policy import blob as policy_blob
from outrider.policy import document
from outrider.policy.lowering import compile_policy
from outrider.policy.programs import Program, ProgramList, digest, dump
from outrider.policy.signing import sign
from sidecar.loading import PolicyLoader
from sidecar.settings import Settings, from_environment

LISTED = ProgramList("", (Program("/bin/sh", "11" * 32, 0o755), Program("/bin/su", "22" * 32, 0o4755)))
DATA = dump(LISTED)


@pytest.fixture
def asking(volume: Settings, place: Path) -> Settings:
    """A task that asks for day zero in its container web."""
    (place / "lists").mkdir()
    (place / "lists" / digest(DATA)).write_bytes(DATA)
    return replace(
        volume,
        day_zero={"web": digest(DATA)},
        programs=f"file:{place / 'lists'}/{{digest}}",
        containers=("web",),
    )


def in_force(settings: Settings) -> policy_blob.Blob:
    return policy_blob.decode(settings.blob("web").read_bytes())


def test_in_the_built_in_policy(asking: Settings) -> None:
    assert PolicyLoader(asking).load().errors == []
    assert in_force(asking).policy.programs == LISTED.hashes
    assert in_force(asking).policy.programs_verdict is Verdict.BLOCK


def test_in_a_policy_of_somebody(asking: Settings, place: Path) -> None:
    (place / "policy.yaml").write_text(written(7))
    settings = replace(asking, policy=f"file:{place / 'policy.yaml'}")
    assert PolicyLoader(settings).load().errors == []
    assert (in_force(settings).policy.counter, in_force(settings).policy.programs) == (7, LISTED.hashes)


def test_a_list_that_was_changed_is_not_taken(asking: Settings, place: Path) -> None:
    more = replace(LISTED, programs=(*LISTED.programs, Program("/tmp/evil", "33" * 32, 0o755)))
    (place / "lists" / digest(DATA)).write_bytes(dump(more))
    loader = PolicyLoader(asking)
    ((_, error),) = loader.load().errors
    assert "not the one that the task definition names" in error.message
    assert loader.without_policy() == ["web"]


def test_a_list_that_comes_late_is_taken(asking: Settings, place: Path) -> None:
    path = place / "lists" / digest(DATA)
    path.rename(place / "away")
    loader = PolicyLoader(asking)
    assert len(loader.load().errors) == 1
    assert not asking.blob("web").exists()
    (place / "away").rename(path)
    assert loader.load().errors == []
    assert in_force(asking).policy.programs == LISTED.hashes


def test_a_signed_policy_brings_its_own(asking: Settings, place: Path) -> None:
    plain = compile_policy(document.parse(written(7)), "web")
    (place / "web.policy").write_bytes(sign(plain, bytes(32)))
    settings = replace(asking, policy=f"file:{place}/{{container}}.policy")
    ((_, error),) = PolicyLoader(settings).load().errors
    assert "no programs in it" in error.message
    with_programs = replace(
        policy_blob.decode(plain).policy, programs=LISTED.hashes[:1], programs_verdict=Verdict.BLOCK
    )
    signed = sign(policy_blob.encode(with_programs), bytes(32))
    (place / "web.policy").write_bytes(signed)
    assert PolicyLoader(settings).load().errors == []
    assert settings.blob("web").read_bytes() == signed


@pytest.mark.parametrize(
    ("asked", "lists"),
    [
        ("web", "s3://b/{digest}"),
        ("web=12", "s3://b/{digest}"),
        ("web=" + "1" * 64, ""),
        ("web=" + "1" * 64, "s3://b/list"),
        ("web=" + "1" * 64, "ssm:/{digest}"),
        ("web=" + "1" * 64 + ",web=" + "2" * 64, "s3://b/{digest}"),
    ],
)
def test_settings_that_are_wrong(environment: dict[str, str], asked: str, lists: str) -> None:
    with pytest.raises(UsageError, match=r"OUTRIDER_(DAY_ZERO|PROGRAMS)"):
        from_environment(environment | {"OUTRIDER_DAY_ZERO": asked, "OUTRIDER_PROGRAMS": lists})
