"""Logins: from docker's and podman's files, from helpers, from AWS."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from moto import mock_aws

from outrider.cli.aws import ecr
from outrider.cli.aws.secrets import repository_login
from outrider.cli.credentials import Logins, _from_auths, _from_helper
from outrider.cli.registry_auth import Login
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.scan.image.reference import parse

ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


def auth(username: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def logins(home: Path, document: Any, **environment: str) -> Logins:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(
        document if isinstance(document, str) else json.dumps(document)
    )
    return Logins({"HOME": str(home), **environment})


@pytest.mark.parametrize(
    ("image", "key"),
    [
        ("nginx", "https://index.docker.io/v1/"),
        ("nginx", "docker.io"),
        ("ghcr.io/a/b", "ghcr.io"),
        ("ghcr.io/a/b", "https://ghcr.io"),
        ("localhost:5000/x", "localhost:5000"),
    ],
)
def test_a_login_is_found_under_each_name_it_may_have(tmp_path: Path, image: str, key: str) -> None:
    found = logins(tmp_path, {"auths": {key: auth("me", "a:b")}}).find(parse(image))
    assert found == Login("me", "a:b")


def test_the_nearest_login_is_taken(tmp_path: Path) -> None:
    found = logins(tmp_path, {"auths": {"q.io": auth("far", "x"), "q.io/team/app": auth("near", "x")}})
    assert found.find(parse("q.io/team/app:1")) == Login("near", "x")
    assert found.find(parse("q.io/team/other")) == Login("far", "x")
    assert found.find(parse("other.io/x")) is None


def test_username_and_password_may_be_written_out(tmp_path: Path) -> None:
    found = logins(tmp_path, {"auths": {"q.io": {"username": "me", "password": "p"}}})
    assert found.find(parse("q.io/x")) == Login("me", "p")


def test_podmans_files_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "run" / "containers").mkdir(parents=True)
    (tmp_path / "run" / "containers" / "auth.json").write_text(
        json.dumps({"auths": {"q.io": auth("podman", "x")}})
    )
    runtime = str(tmp_path / "run")
    assert Logins({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": runtime}).find(parse("q.io/x")) == Login(
        "podman", "x"
    )
    named = tmp_path / "named.json"
    named.write_text(json.dumps({"auths": {"q.io": auth("named", "x")}}))
    found = Logins({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": runtime, "REGISTRY_AUTH_FILE": str(named)})
    assert found.find(parse("q.io/x")) == Login("named", "x")


def test_no_file_is_no_login(tmp_path: Path) -> None:
    assert Logins({"HOME": str(tmp_path)}).find(parse("q.io/x")) is None


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        {"auths": {"q.io": {"auth": "!"}}},
        {"auths": {"q.io": {"auth": "\x80"}}},
        {"auths": {"q.io": {"auth": "bm9jb2xvbg=="}}},
    ],
)
def test_a_broken_file_is_said_to_be_broken(tmp_path: Path, document: Any) -> None:
    with pytest.raises(InvalidInput):
        logins(tmp_path, document).find(parse("q.io/x"))


def helper(where: Path, name: str, script: str) -> None:
    program = where / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_a_credential_helper_is_asked(on_path: Path) -> None:
    helper(on_path, "store", 'read server; echo "{\\"Username\\": \\"$server\\", \\"Secret\\": \\"s\\"}"')
    assert logins(on_path, {"credsStore": "store"}).find(parse("q.io/x")) == Login("q.io", "s")
    by_host = logins(on_path, {"credHelpers": {"q.io": "store"}})
    assert by_host.find(parse("q.io/x")) == Login("q.io", "s")
    assert by_host.find(parse("other.io/x")) is None


def test_a_helper_without_a_login_is_no_error_and_a_broken_one_is(on_path: Path) -> None:
    helper(on_path, "none", "echo credentials not found; exit 1")
    found = logins(on_path, {"credsStore": "none", "auths": {"q.io": auth("me", "x")}})
    assert found.find(parse("q.io/x")) == Login("me", "x")
    helper(on_path, "odd", "echo nonsense")
    with pytest.raises(InvalidInput, match="no login"):
        logins(on_path, {"credsStore": "odd"}).find(parse("q.io/x"))
    with pytest.raises(EnvironmentFault, match="did not answer"):
        logins(on_path, {"credsStore": "gone"}).find(parse("q.io/x"))
    with pytest.raises(InvalidInput, match="not the name of a credential helper"):
        logins(on_path, {"credsStore": "../../bin/sh"}).find(parse("q.io/x"))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["auths", "q.io", "auth", "username", "password", "credHelpers"]), inner
        ),
    ),
    max_leaves=8,
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["auths", "credHelpers"]), JSON))
def test_any_file_gives_a_login_or_an_error_of_ours(document: dict[str, Any]) -> None:
    try:
        _from_auths(document, parse("q.io/x"))
        _from_helper({"credHelpers": {"other": document}}, parse("q.io/x"))
    except OutriderError as error:
        assert error.message


@pytest.mark.parametrize(
    "host",
    [
        ECR,
        "111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
        "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn",
        "111122223333.dkr-ecr.us-west-2.on.aws",
    ],
)
def test_ecr_hosts_are_known(host: str) -> None:
    assert ecr.is_ecr(host)


@pytest.mark.parametrize(
    "host",
    [
        "public.ecr.aws",
        f"{ECR}.evil.com",
        f"x{ECR}",
        "1.dkr.ecr.eu-west-1.amazonaws.com",
        f"{ECR}:443",
        "docker.io",
    ],
)
def test_other_hosts_are_not_taken_for_ecr(host: str) -> None:
    assert not ecr.is_ecr(host)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def no_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))


@mock_aws
def test_aws_gives_the_login_for_ecr_before_a_stale_file(tmp_path: Path, aws: None) -> None:
    found = logins(tmp_path, {"auths": {ECR: auth("AWS", "stale")}}).find(parse(f"{ECR}/shop:1"))
    assert found is not None
    assert found.username == "AWS"
    assert found != Login("AWS", "stale")


def test_without_aws_credentials_the_file_will_do(tmp_path: Path, no_aws: None) -> None:
    found = logins(tmp_path, {"auths": {ECR: auth("AWS", "kept")}}).find(parse(f"{ECR}/shop:1"))
    assert found == Login("AWS", "kept")
    with pytest.raises(EnvironmentFault, match=r"AWS gives no login for") as caught:
        logins(tmp_path, {}).find(parse(f"{ECR}/shop:1"))
    assert "ecr:GetAuthorizationToken" in caught.value.hint


@mock_aws
def test_repository_credentials_are_read_from_their_secret(aws: None) -> None:
    client = boto3.client("secretsmanager", region_name="eu-west-1")
    good = client.create_secret(Name="reg", SecretString=json.dumps({"username": "u", "password": "p"}))[
        "ARN"
    ]
    assert repository_login(good) == Login("u", "p")
    for text in ("plain", "[]", '{"username": "u"}'):
        client.put_secret_value(SecretId="reg", SecretString=text)
        with pytest.raises(InvalidInput):
            repository_login(good)
    with pytest.raises(EnvironmentFault, match="cannot read the repositoryCredentials"):
        repository_login(good.replace("reg", "gone"))
