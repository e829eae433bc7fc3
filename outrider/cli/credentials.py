"""Logins for registries, from where docker and podman keep them, and from AWS for ECR.

Formats: https://docs.docker.com/reference/cli/docker/login/ and containers-auth.json(5)
"""

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outrider import limits
from outrider.cli.aws import ecr
from outrider.cli.files import read_capped
from outrider.cli.registry_auth import Login
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import json_document
from outrider.scan.image.reference import DOCKER_HUB, Reference

_HELPER = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_HELPER_SECONDS = 20
_HUB_KEY = "https://index.docker.io/v1/"


@dataclass(slots=True)
class Logins:
    """Finds the login for an image; files are read once, when first needed."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _files: list[dict[str, Any]] | None = None

    def find(self, image: Reference) -> Login | None:
        """The login for an image's registry, or None.

        For ECR, AWS is asked first: a login that docker kept is stale after 12 hours.
        Raises InvalidInput for a broken file, EnvironmentFault when a credential helper or AWS fails.
        """
        if not ecr.is_ecr(image.registry):
            return self._kept(image)
        try:
            return ecr.login(image.registry)
        except EnvironmentFault:
            if (kept := self._kept(image)) is None:
                raise
            return kept

    def _kept(self, image: Reference) -> Login | None:
        """A login from docker's or podman's files."""
        if self._files is None:
            self._files = [_read(path) for path in auth_files(self.environment)]
        for document in self._files:
            if (login := _from_helper(document, image) or _from_auths(document, image)) is not None:
                return login
        return None


def auth_files(environment: Mapping[str, str]) -> list[Path]:
    """The files that exist, the first one to be believed first."""
    if named := environment.get("REGISTRY_AUTH_FILE"):
        return [Path(named)]
    home = Path(environment.get("HOME", "/"))
    candidates = [
        Path(environment.get("DOCKER_CONFIG") or home / ".docker") / "config.json",
        home / ".config" / "containers" / "auth.json",
    ]
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        candidates.insert(1, Path(runtime) / "containers" / "auth.json")
    return [path for path in candidates if path.is_file()]


def _read(path: Path) -> dict[str, Any]:
    """One file of logins."""
    what = f"the file of registry logins {path}"
    document = json_document.parse(read_capped(path, limits.AUTH_FILE, "the file of registry logins"), what)
    if not isinstance(document, dict):
        raise InvalidInput(f"{what} is not a JSON object")
    return document


def _from_auths(document: dict[str, Any], image: Reference) -> Login | None:
    """A login kept in the file itself; a key that names more of the repository is nearer."""
    auths = document.get("auths")
    for key in _keys(image):
        entry = auths.get(key) if isinstance(auths, dict) else None
        if isinstance(entry, dict) and (login := _login(entry)) is not None:
            return login
    return None


def _login(entry: dict[str, Any]) -> Login | None:
    """The login in one entry; None when it holds none (a helper keeps it elsewhere)."""
    username, password, both = entry.get("username"), entry.get("password"), entry.get("auth")
    if isinstance(username, str) and isinstance(password, str) and username:
        return Login(username, password)
    if not isinstance(both, str) or not both:
        return None
    try:
        username, colon, password = base64.b64decode(both, validate=True).decode().partition(":")
    except ValueError:  # not base64, not ASCII, not UTF-8
        colon = ""
    if not colon:
        raise InvalidInput(
            "a registry login is not base64 of name:password", hint="sign in again: docker login."
        )
    return Login(str(username), str(password).rstrip("\0"))


def _keys(image: Reference) -> Iterator[str]:
    """The names under which a login for an image may be kept, the nearest first."""
    parts = image.repository.split("/")
    for length in range(len(parts), 0, -1):
        yield "/".join([image.registry, *parts[:length]])
    yield image.registry
    yield f"https://{image.registry}"
    if image.registry == DOCKER_HUB:
        yield _HUB_KEY
        yield "index.docker.io"


def _from_helper(document: dict[str, Any], image: Reference) -> Login | None:
    """A login kept by a credential helper, which is a program."""
    server = _HUB_KEY if image.registry == DOCKER_HUB else image.registry
    helpers = document.get("credHelpers")
    name = (helpers.get(image.registry) or helpers.get(server)) if isinstance(helpers, dict) else None
    name = name or document.get("credsStore")
    return _ask_helper(name, server) if isinstance(name, str) and name else None


def _ask_helper(name: str, server: str) -> Login | None:
    """Ask docker-credential-NAME. Protocol: https://github.com/docker/docker-credential-helpers"""
    if not _HELPER.fullmatch(name):
        raise InvalidInput(f"not the name of a credential helper: {name[:80]!r}")
    program = f"docker-credential-{name}"
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user's own docker config names
            [program, "get"], input=server.encode(), capture_output=True, timeout=_HELPER_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentFault(
            f"the credential helper {program} did not answer: {error}",
            hint="docker's config names it: install it, or remove it there.",
        ) from None
    if done.returncode != 0:
        return None  # that is how a helper says that it has no login for this server
    try:
        answer = json.loads(done.stdout)
        return Login(str(answer["Username"]), str(answer["Secret"]))
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(f"the credential helper {program} answered something that is no login") from None
