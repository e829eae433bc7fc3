"""Settings: every variable is checked, and a wrong one is named with what it takes."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import UsageError
from outrider.model.event import Mode
from sidecar.settings import VARIABLES, from_environment

README = Path(__file__).parents[3] / "sidecar" / "README.md"


def test_defaults_are_those_of_the_table() -> None:
    settings = from_environment({"OUTRIDER_CONTAINERS": "web"})
    assert settings == from_environment(
        {"OUTRIDER_CONTAINERS": "web"} | {v.name: v.default for v in VARIABLES if v.default}
    )
    assert settings.mode is Mode.ALERT
    assert settings.socket == Path("/outrider/run/agent.sock")
    assert settings.blob("web") == Path("/outrider/policy/web.policy")
    assert settings.record("web") == Path("/var/lib/outrider/record/web")


def test_everything_can_be_set() -> None:
    settings = from_environment(
        {
            "OUTRIDER_CONTAINERS": "web, worker-2",
            "OUTRIDER_MODE": "block",
            "OUTRIDER_POLICY": "s3://bucket/some/key.yaml",
            "OUTRIDER_ON_FAILURE": "security",
            "OUTRIDER_POLL_SECONDS": "60",
            "OUTRIDER_FAMILY": "shop",
            "OUTRIDER_LOG": "all",
            "OUTRIDER_DRAIN_SECONDS": "0",
            "OUTRIDER_RECORD_BYTES": "65536",
            "OUTRIDER_SEALED": "s3://evidence/tasks/",
            "OUTRIDER_DIR": "/a",
            "OUTRIDER_STATE_DIR": "/b",
            "OUTRIDER_FUTURE": "x",
            "PATH": "/bin",
        }
    )
    assert settings.containers == ("web", "worker-2")
    assert settings.mode is Mode.BLOCK
    assert settings.on_failure == "security"
    assert settings.log == "all"
    assert settings.drain_seconds == 0
    assert settings.sealed == "s3://evidence/tasks"
    assert settings.unknown == ("OUTRIDER_FUTURE",)


VERSIONED = {
    "OUTRIDER_CONTAINERS": "web",
    "OUTRIDER_FAMILY": "shop",
    "OUTRIDER_POLICY": "s3://bucket/{family}/{container}/{image}.policy",
    "OUTRIDER_POLICY_KEY": "A" * 43 + "=",
    "OUTRIDER_IMAGES": f"web={'a' * 64}",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"OUTRIDER_FAMILY": ""},
        {"OUTRIDER_POLICY_KEY": ""},
        {"OUTRIDER_POLICY_KEY": "no key"},
        {"OUTRIDER_POLICY": "s3://bucket/{family}/{image}.policy"},
        {"OUTRIDER_IMAGES": "web=sha256:short"},
    ],
)
def test_a_place_for_each_version_needs_names_and_a_key(wrong: dict[str, str]) -> None:
    settings = from_environment(VERSIONED)
    assert (settings.images, settings.policy_key) == ({"web": "a" * 64}, "A" * 43 + "=")
    with pytest.raises(UsageError, match=r"OUTRIDER_POLICY|OUTRIDER_IMAGES"):
        from_environment(VERSIONED | wrong)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTRIDER_CONTAINERS", ""),
        ("OUTRIDER_CONTAINERS", "web,,worker"),
        ("OUTRIDER_CONTAINERS", "../web"),
        ("OUTRIDER_CONTAINERS", "web,web"),
        ("OUTRIDER_CONTAINERS", ",".join(f"c{n}" for n in range(11))),
        ("OUTRIDER_MODE", "audit"),
        ("OUTRIDER_POLICY", "builtin:block"),
        ("OUTRIDER_POLICY", "/etc/policy.yaml"),
        ("OUTRIDER_POLICY", "s3://bucket"),
        ("OUTRIDER_POLICY", "s3:///key"),
        ("OUTRIDER_POLICY", "ssm:"),
        ("OUTRIDER_POLICY", "file:relative"),
        ("OUTRIDER_ON_FAILURE", "maybe"),
        ("OUTRIDER_POLL_SECONDS", "0"),
        ("OUTRIDER_POLL_SECONDS", "1.5"),
        ("OUTRIDER_POLL_SECONDS", "²"),
        ("OUTRIDER_POLL_SECONDS", "9" * 5000),
        ("OUTRIDER_FAMILY", "a b"),
        ("OUTRIDER_LOG", "none"),
        ("OUTRIDER_DRAIN_SECONDS", "111"),
        ("OUTRIDER_RECORD_BYTES", "1"),
        ("OUTRIDER_SEALED", "s3://"),
        ("OUTRIDER_SEALED", "s3://Bucket/x"),
        ("OUTRIDER_SEALED", "/var/evidence"),
        ("OUTRIDER_DIR", "outrider"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        from_environment({"OUTRIDER_CONTAINERS": "web", name: value})


@given(st.dictionaries(st.sampled_from([v.name for v in VARIABLES]), st.text(max_size=40)))
def test_any_environment_gives_settings_or_our_error(environment: dict[str, str]) -> None:
    with suppress(UsageError):
        from_environment(environment)


def test_readme_shows_the_table_as_it_is() -> None:
    rows = [f"| `{v.name}` | {f'`{v.default}`' if v.default else 'none'} | {v.meaning} |" for v in VARIABLES]
    table = "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])
    assert table in README.read_text(), f"the README should have:\n{table}"
