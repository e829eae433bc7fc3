"""The fleet's switch, from where it lies to the volume."""

import base64
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer

from outrider.cli.policy import command
from outrider.model.event import Verdict
from outrider.policy.signing import local
from outrider.policy.switch import Switch, decode, encode
from sidecar.settings import Settings
from sidecar.switching import SwitchLoader

KEY = bytes(range(32))


@pytest.fixture
def listening(volume: Settings, place: Path) -> Settings:
    return replace(volume, switch=f"file:{place / 'fleet.switch'}")


def throw(settings: Settings, data: bytes) -> None:
    Path(settings.switch.removeprefix("file:")).write_bytes(data)


def test_it_is_placed_and_only_asked_for_anew(listening: Settings) -> None:
    loader = SwitchLoader(listening)
    (missing,) = loader.load()
    assert "cannot be had" in missing.message
    assert loader.load() == []  # told once
    data = encode(Switch(on=True, counter=5, text="kim: down"), local(KEY))
    throw(listening, data)
    assert loader.load() == []
    assert listening.switch_file.read_bytes() == data
    listening.switch_file.unlink()
    assert loader.load() == []
    assert not listening.switch_file.exists()  # unchanged at its source: not written again


def test_as_text(listening: Settings) -> None:
    data = encode(Switch(on=True, counter=5))
    throw(listening, base64.b64encode(data) + b"\n")
    assert SwitchLoader(listening).load() == []
    assert listening.switch_file.read_bytes() == data


@pytest.mark.parametrize(
    "data", [b"", b"on", b"OUTRSWI1 but not really a switch, only some text that is long"]
)
def test_no_switch(listening: Settings, data: bytes) -> None:
    throw(listening, data)
    (refused,) = SwitchLoader(listening).load()
    assert refused.verdict is Verdict.BLOCK and "refused" in refused.message
    assert not listening.switch_file.exists()


def test_an_older_one_stays_out(listening: Settings) -> None:
    new, old = encode(Switch(on=False, counter=6)), encode(Switch(on=True, counter=5))
    throw(listening, new)
    loader = SwitchLoader(listening)
    loader.load()
    throw(listening, old)
    (refused,) = loader.load()
    assert "older" in refused.message
    assert listening.switch_file.read_bytes() == new


def test_nobody_who_did_not_ask_listens(volume: Settings) -> None:
    assert SwitchLoader(volume).load() == []


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    server.stop()


def test_from_the_command_by_way_of_ssm(aws: None, volume: Settings) -> None:
    listening = replace(volume, switch="ssm:/outrider/fleet")
    words = [
        "alert-only",
        "on",
        "-o",
        "ssm:/outrider/fleet",
        "--who",
        "kim",
        "--why",
        "ticket 4711",
    ]
    done = CliRunner().invoke(command, [*words, "--for", "2h"])
    assert done.exit_code == 0, done.output
    assert SwitchLoader(listening).load() == []
    found, signature = decode(listening.switch_file.read_bytes())
    assert found.on and found.until == found.counter + 7200 and found.text == "kim: ticket 4711"
    assert signature == b""
