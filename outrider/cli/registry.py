"""Reads image manifests and configs from a registry, and believes nothing: every digest and size is checked.

Protocol: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from outrider import __version__, limits
from outrider.cli.registry_auth import Authority, Header, Login
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model.image import Platform, ResolvedImage
from outrider.scan.image import config, digest, manifest, reference
from outrider.scan.image.manifest import Descriptor, Index, Manifest
from outrider.scan.image.reference import Reference

_TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and between two pieces of an answer."""

_WHOLE_ANSWER = 60.0
"""Seconds for one whole answer: a registry that drips bytes does not hold us for ever."""

_PAUSES = (0.5, 2.0)
"""Seconds before each further attempt after a fault that may pass."""

_PASSING = {408, 429, 500, 502, 503, 504}
_NESTED_INDEXES = 2


class _Unreachable(EnvironmentFault):
    """There is nobody at that address: asking again at once is no use."""


class Session(requests.Session):
    """A session that leaves redirects alone: requests would read their bodies whole, however large."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Asked by requests after every answer."""
        return None


class Answered(Protocol):
    """What is needed of an answer to follow it: redirects, challenges, refusals."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> requests.structures.CaseInsensitiveDict[str]:
        """HTTP headers."""


_T = TypeVar("_T", bound=Answered)

Fetch = Callable[[str, str], _T]
"""(URL, Authorization or empty) → one answer, whatever its status. Raises EnvironmentFault."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a registry answered, whole and under its cap."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Pulled:
    """An image for one platform, as its registry has it: every byte was checked against its digest."""

    reference: Reference
    manifest: Manifest
    digest: str
    """Of the platform's own manifest."""
    pinned: str
    """The reference that means what was asked for, now and for ever."""
    config: bytes


@dataclass(slots=True)
class Registry:
    """A client of every registry a task definition may name."""

    plain_http: Collection[str] = ()
    """Hosts (with port) to be asked without TLS, because the user said so."""
    login: Callable[[Reference], Login | None] = lambda reference: None
    """Finds the user's name and password for an image; None: ask as nobody."""
    kept: Callable[[str], bytes | None] = lambda name: None
    """Finds a manifest or config that was read before, by its digest; what it gives is checked again."""
    keep: Callable[[str, bytes], None] = lambda name, body: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    session: Session = field(default_factory=Session)
    _authorities: dict[tuple[str, str], Authority] = field(default_factory=dict)

    def resolve(self, text: str, platform: Platform) -> ResolvedImage:
        """Read the config of an image for a platform.

        Raises InvalidInput for what is not an image, or not what was asked for, and EnvironmentFault when the
        registry cannot be reached or refuses.
        """
        pulled = self.pull(text, platform)
        parsed = config.parse(pulled.config, f"the config of {text}")
        config.check_platform(parsed, platform)
        return ResolvedImage(reference=text, config=parsed, pinned=pulled.pinned)

    def pull(self, text: str, platform: Platform) -> Pulled:
        """Read the manifest and the config of an image for a platform; no layer. Raises as `resolve`."""
        image = reference.parse(text)
        found, name = self._manifest(image, image.target, None)
        pinned = image.at(name)
        for _ in range(_NESTED_INDEXES):
            if isinstance(found, Index):
                child = found.select(platform)
                found, name = self._manifest(image, child.digest, child)
        if isinstance(found, Index):
            raise InvalidInput(f"{text}: an index of indexes of indexes", hint="is it an image?")
        body = self._blob(image, found.config, limits.IMAGE_CONFIG, f"the config of {text}")
        return Pulled(image, found, name, pinned, body)

    def pin(self, text: str) -> str:
        """The reference that means what `text` names now and for ever. Raises as `resolve`."""
        image = reference.parse(text)
        if image.digest:
            return text
        _, name = self._manifest(image, image.tag, None)
        return image.at(name)

    def _manifest(
        self, image: Reference, target: str, expected: Descriptor | None
    ) -> tuple[Manifest | Index, str]:
        """One manifest or index, and the digest of what came."""
        what = f"the manifest of {image.repository}:{target}"
        if expected is not None and (kept := self.kept(expected.digest)) is not None:
            return manifest.parse(digest.verify(kept, expected.digest, what), expected.media_type), target
        answer = self.ask(
            image, f"manifests/{target}", self._whole(manifest.ACCEPTED, limits.IMAGE_MANIFEST, what), what
        )
        name = digest.of(answer.body)
        wanted = target if target.startswith("sha256:") else answer.headers.get("Docker-Content-Digest", name)
        digest.verify(answer.body, wanted, what)
        _check_size(answer.body, expected, what)
        found = manifest.parse(answer.body, answer.headers.get("Content-Type", ""))
        self.keep(name, answer.body)
        return found, name

    def _blob(self, image: Reference, wanted: Descriptor, cap: int, what: str) -> bytes:
        """One blob, checked against its descriptor."""
        if wanted.size > cap:
            raise InvalidInput(f"{what} is said to have {wanted.size} bytes, more than {cap}")
        if (kept := self.kept(wanted.digest)) is not None:
            return digest.verify(kept, wanted.digest, what)
        answer = self.ask(image, f"blobs/{wanted.digest}", self._whole(("*/*",), cap, what), what)
        _check_size(answer.body, wanted, what)
        digest.verify(answer.body, wanted.digest, what)
        self.keep(wanted.digest, answer.body)
        return answer.body

    def ask(self, image: Reference, path: str, fetch: Fetch[_T], what: str) -> _T:
        """GET something of a repository, signing in when asked to. Raises for every answer but success."""
        url = f"{self._scheme(image.api_host)}://{image.api_host}/v2/{image.repository}/{path}"
        authority = self._authority(image)
        answer = self._follow(url, authority.header, fetch, what)
        if answer.status == requests.codes.unauthorized:
            challenge = answer.headers.get("WWW-Authenticate", "")
            header = authority.answer(challenge, lambda at, login: self._token(at, login, image.api_host))
            answer = self._follow(url, header, fetch, what)
        if answer.status not in {requests.codes.ok, requests.codes.partial_content}:
            raise _refusal(answer, image, what, signed_in=authority.login is not None)
        return answer

    def _authority(self, image: Reference) -> Authority:
        """What we may say of ourselves to a registry about one repository."""
        key = (image.api_host, image.repository)
        if key not in self._authorities:
            self._authorities[key] = Authority(
                f"repository:{image.repository}:pull", lambda: self.login(image)
            )
        return self._authorities[key]

    def _token(self, url: str, login: Login | None, host: str) -> bytes:
        """Ask the token service that a registry named."""
        _same_or_better(urlsplit(f"{self._scheme(host)}://{host}"), _split(url))
        header = login.header() if login else ""
        what = "a registry token"
        fetch = self._whole(("application/json",), limits.REGISTRY_ANSWER, what)
        answer = self._follow(url, header, fetch, what)
        if answer.status != requests.codes.ok:
            raise EnvironmentFault(
                f"{_split(url).hostname} gave no token for {host} (status {answer.status})",
                hint=f"sign in again: docker login {host}",
            )
        return answer.body

    def _follow(self, url: str, header: str, fetch: Fetch[_T], what: str) -> _T:
        """GET with redirects followed by hand: our Authorization never leaves for another host."""
        for _ in range(limits.REGISTRY_REDIRECTS + 1):
            answer = self._patiently(url, header, fetch)
            location = answer.headers.get("Location", "")
            if answer.status not in {301, 302, 303, 307, 308} or not location:
                return answer
            before, after = _split(url), _split(location, url)
            url = after.geturl()
            _same_or_better(before, after)
            if (before.scheme, before.netloc) != (after.scheme, after.netloc):
                header = ""
        raise InvalidInput(f"{what}: more than {limits.REGISTRY_REDIRECTS} redirects")

    def _patiently(self, url: str, header: str, fetch: Fetch[_T]) -> _T:
        """GET once, and again after faults that may pass."""
        for pause in _PAUSES:
            try:
                answer = fetch(url, header)
            except _Unreachable:
                raise
            except EnvironmentFault:
                self.sleep(pause)
                continue
            if answer.status not in _PASSING:
                return answer
            self.sleep(pause)
        return fetch(url, header)

    def _whole(self, accept: Collection[str], cap: int, what: str) -> Fetch[_Answer]:
        """How to fetch something small: whole, under a cap."""
        return lambda url, header: self._once(url, accept, header, cap, what)

    def _once(self, url: str, accept: Collection[str], header: str, cap: int, what: str) -> _Answer:
        """One request; the answer is read up to the cap and no further."""
        deadline = self.clock() + _WHOLE_ANSWER
        with self.open(url, accept, header, what) as response, explained(url, what):
            wanted = response.status_code == requests.codes.ok
            body = self._read(response, cap, deadline, what) if wanted else b""
            return _Answer(response.status_code, response.headers, body)

    def open(
        self, url: str, accept: Collection[str], header: str, what: str, *, start: int = 0
    ) -> requests.Response:
        """Send one request and return its answer, the body unread. Raises EnvironmentFault.

        `start` asks for the bytes from there on (RFC 9110, 14.2); status 206 says that they come.
        """
        headers = {
            "Accept": ", ".join(accept),
            "Accept-Encoding": "identity",
            "User-Agent": f"outrider/{__version__}",
        }
        if start:
            headers["Range"] = f"bytes={start}-"
        with explained(url, what):
            return self.session.get(url, headers=headers, auth=Header(header), stream=True, timeout=_TIMEOUT)

    def _read(self, response: requests.Response, cap: int, deadline: float, what: str) -> bytes:
        """The body, if it is not larger than the cap and does not take for ever."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise InvalidInput(f"{what}: the registry compressed its answer although that was not asked for")
        body = bytearray()
        while chunk := response.raw.read1(64 << 10):  # what there is: a whole piece might never fill
            body += chunk
            if len(body) > cap:
                raise InvalidInput(f"{what} is larger than {cap} bytes")
            if self.clock() > deadline:
                raise EnvironmentFault(f"{what} took longer than {_WHOLE_ANSWER:.0f} seconds")
        return bytes(body)

    def _scheme(self, host: str) -> str:
        """TLS, unless the user named the host."""
        return "http" if host in self.plain_http else "https"


@contextmanager
def explained(url: str, what: str) -> Iterator[None]:
    """Turn what goes wrong on the network into an EnvironmentFault that says what to look at."""
    try:
        yield
    except (requests.RequestException, HTTPError) as error:
        host = urlsplit(url).netloc
        cause = getattr(error.args[0] if error.args else None, "reason", None)
        kind = _Unreachable if isinstance(cause, NewConnectionError) else EnvironmentFault
        raise kind(f"cannot reach {host} for {what}: {_reason(error)}", hint=_reach(host)) from None


def _split(url: str, base: str = "") -> SplitResult:
    """The parts of a URL, which may be relative to a base. Raises InvalidInput when it makes no sense."""
    try:
        parts = urlsplit(urljoin(base, url))
        parts.port  # noqa: B018 - raises ValueError when it is no number
    except ValueError:
        raise InvalidInput(f"the registry sent us to {url[:200]!r}, which is not a URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidInput(f"the registry sent us to {url[:200]!r}, which is not a web address")
    return parts


def _same_or_better(before: SplitResult, after: SplitResult) -> None:
    """Nobody talks us out of TLS."""
    if before.scheme == "https" and after.scheme != "https":
        raise InvalidInput(f"{before.hostname} sent us from https to http at {after.hostname}: refused")


def _check_size(body: bytes, wanted: Descriptor | None, what: str) -> None:
    """A descriptor names the size too."""
    if wanted is not None and len(body) != wanted.size:
        raise InvalidInput(f"{what}: {len(body)} bytes came where {wanted.size} were announced")


def _refusal(answer: Answered, image: Reference, what: str, *, signed_in: bool) -> EnvironmentFault:
    """The error for an answer that is not the content."""
    if answer.status in {401, 403}:
        who = "refuses this login" if signed_in else "wants a login"
        return EnvironmentFault(
            f"{image.registry} {who} for {what} (status {answer.status})",
            hint=f"docker login {image.registry}",
        )
    if answer.status == requests.codes.not_found:
        return EnvironmentFault(
            f"{image.registry} does not have {what}",
            hint="check name and tag; some registries say so of private ones.",
        )
    if answer.status == requests.codes.too_many_requests:
        return EnvironmentFault(
            f"{image.registry} says it was asked too often", hint="wait, or sign in for a higher limit."
        )
    return EnvironmentFault(f"{image.registry} answered {answer.status} for {what}", hint="try again later.")


def _reason(error: Exception) -> str:
    """What went wrong, in a few words."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its TLS certificate cannot be verified, or it does not speak TLS"
    if isinstance(error, requests.Timeout | ReadTimeoutError):
        return "no answer in time"
    cause = error.args[0] if error.args else error
    return str(getattr(cause, "reason", cause)).rpartition(": ")[2][:200] or type(error).__name__


def _reach(host: str) -> str:
    """What may help."""
    return f"is the network up? For a registry without TLS: --registry-http {host}"
