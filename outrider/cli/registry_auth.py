"""Signing in to a registry: Basic, or a Bearer token from the service the registry names.

Protocol: https://distribution.github.io/distribution/spec/auth/token/
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import requests
from requests.auth import AuthBase

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import json_document

_PARAMETER = re.compile(r'([a-zA-Z_]{1,32})="([^"]{0,2048})"')
_TOKEN = re.compile(r"[\x21-\x7e]+")

Ask = Callable[[str, "Login | None"], bytes]
"""(URL of a token service, login) → its answer."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user's name and password for one registry."""

    username: str
    password: str

    def header(self) -> str:
        """As an Authorization header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()

    def __repr__(self) -> str:
        return f"Login({self.username!r}, …)"


class Header(AuthBase):
    """Sets our Authorization header, or none: without this, requests would take one from ~/.netrc."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests for every request."""
        if self.value:
            request.headers["Authorization"] = self.value
        return request


class Authority:
    """What we may say of ourselves to one registry about one repository; nothing, until it asks."""

    def __init__(self, scope: str, find_login: Callable[[], Login | None]) -> None:
        self.header = ""
        self.login: Login | None = None
        """The user's login, once it was needed; None when there is none."""
        self._scope = scope
        self._find_login = find_login

    def answer(self, challenge: str, ask: Ask) -> str:
        """The Authorization header that answers a challenge. Raises EnvironmentFault or InvalidInput."""
        scheme = challenge.partition(" ")[0].lower()
        if scheme not in {"basic", "bearer"}:
            raise InvalidInput(f"the registry asks to sign in in a way we do not know: {scheme[:40]!r}")
        self.login = self.login or self._find_login()
        if scheme == "bearer":
            self.header = f"Bearer {self._token(challenge, ask)}"
        elif self.login:
            self.header = self.login.header()
        else:
            raise EnvironmentFault(
                "the registry wants a login and there is none", hint="docker login REGISTRY"
            )
        return self.header

    def _token(self, challenge: str, ask: Ask) -> str:
        """A token from the service that the challenge names."""
        parameters = {name.lower(): value for name, value in _PARAMETER.findall(challenge)}
        realm = parameters.get("realm", "")
        if not realm:
            raise InvalidInput("the registry asks for a token and does not say where to get one")
        query = {"service": parameters.get("service", ""), "scope": parameters.get("scope") or self._scope}
        separator = "&" if "?" in realm else "?"
        body = ask(f"{realm}{separator}{urlencode({k: v for k, v in query.items() if v})}", self.login)
        document = json_document.parse(body, "the token service's answer")
        token = (
            (document.get("token") or document.get("access_token")) if isinstance(document, dict) else None
        )
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise InvalidInput("the token service's answer has no token in it")
        return token
