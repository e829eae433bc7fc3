"""The Extensions API, 2020-01-01, and the subscription to telemetry, 2022-07-01."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from outrider import limits
from outrider.cli.emulator.life import Life
from outrider.cli.emulator.runtime_api import refusal
from outrider.cli.emulator.server import Answer, Request, TooLarge
from outrider.function import telemetry
from outrider.function.parties import Extension, NotAllowed
from outrider.function.telemetry import Subscription
from outrider.function.variables import Identity

_JSON = {"Content-Type": "application/json"}
_ACCEPTED = Answer(202, b'{"status":"OK"}\n', _JSON)
_IDENTIFIER = "Lambda-Extension-Identifier"
_ERROR_TYPE = "Lambda-Extension-Function-Error-Type"
_INVALID_STATE = "Extension.InvalidExtensionState"
_INVALID_FORMAT = "InvalidRequestFormat"
_UNKNOWN = "Extension.UnknownExtensionIdentifier"


class ExtensionsApi:
    """Handlers of one life. `subscribe` is told of every valid subscription."""

    def __init__(
        self, life: Life, identity: Identity, subscribe: Callable[[str, Subscription], None]
    ) -> None:
        self._life = life
        self._identity = identity
        self._subscribe = subscribe

    def handle(self, request: Request, path: str) -> Answer | None:
        """Answer a path below /2020-01-01; None where there is no such path."""
        routes = {
            "/extension/register": ("POST", self._register),
            "/extension/event/next": ("GET", self._next),
            "/extension/init/error": ("POST", lambda asked: self._error(asked, "init error")),
            "/extension/exit/error": ("POST", lambda asked: self._error(asked, "exit error")),
        }
        if path not in routes:
            return None
        method, handler = routes[path]
        if request.head.method != method:
            return Answer(405)
        try:
            return handler(request)
        except NotAllowed as error:
            return refusal(403, _INVALID_STATE, str(error))
        except TooLarge:
            return refusal(413, _INVALID_FORMAT, "request too large")

    def telemetry(self, request: Request) -> Answer:
        """PUT /2022-07-01/telemetry."""
        if request.head.method != "PUT":
            return Answer(405)
        try:
            document = _json(request.body(limits.EXTENSION_REQUEST))
        except TooLarge:
            return refusal(413, _INVALID_FORMAT, "request too large")
        with self._life.condition:
            extension = self._known(request)
            if isinstance(extension, Answer):
                return extension
            if not self._life.subscription_open:
                return refusal(
                    403, "Telemetry.SubscriptionClosed", "Telemetry API subscription is closed already"
                )
        wish = telemetry.subscription(document)
        if isinstance(wish, str):
            return refusal(400, "ValidationError", wish)
        self._subscribe(extension.name, wish)
        return Answer(200, b'"OK"', _JSON)

    def _register(self, request: Request) -> Answer:
        """An extension says that it is there and what it wants to hear."""
        name = request.header("lambda-extension-name")
        if not name:
            return refusal(403, "Extension.InvalidExtensionName", "Empty extension name")
        document = _json(request.body(limits.EXTENSION_REQUEST))
        events = document.get("events") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not _strings(events):
            return refusal(403, _INVALID_FORMAT, "cannot read the events to register for")
        if document.get("configurationKeys"):
            return refusal(
                403, _INVALID_FORMAT, "configurationKeys are deprecated; use environment variables instead"
            )
        with self._life.condition:
            found = self._life.named(name)
            extension = found or Extension(name, external=False)
            if wrong := _unfit(events or [], external=extension.external):
                return refusal(403, "Extension.InvalidEventType", wrong)
            if closed := None if extension.external else self._closed(found):
                return closed
            extension.does("register", known_as=name)
            extension.events = tuple(dict.fromkeys(events or []))
            self._life.extensions[extension.id] = extension
            self._life.condition.notify_all()
        return self._registered(request, extension)

    def _closed(self, found: Extension | None) -> Answer | None:
        """Why an internal extension cannot be taken, if so."""
        if not self._life.registration_open:
            return refusal(403, "Extension.RegistrationClosed", "Extension registration closed already")
        if found is not None:
            return refusal(403, _INVALID_STATE, "Extension with this name already registered")
        if self._life.full():
            return refusal(403, "Extension.TooManyExtensions", "Extension limit (10) reached")
        return None

    def _registered(self, request: Request, extension: Extension) -> Answer:
        """The answer to a registration."""
        identity = self._identity
        body = {
            "functionName": identity.name,
            "functionVersion": identity.version,
            "handler": identity.handler,
        }
        wishes = request.header("lambda-extension-accept-feature").split(",")
        if "accountId" in (wish.strip() for wish in wishes):
            body["accountId"] = identity.account
        return Answer(200, json.dumps(body).encode(), {**_JSON, _IDENTIFIER: extension.id})

    def _next(self, request: Request) -> Answer:
        """Wait for INVOKE or SHUTDOWN."""
        life = self._life
        with life.condition:
            extension = self._known(request)
            if isinstance(extension, Answer):
                return extension
            extension.does("next")
            life.wait_released(extension.id)
            extension.does("released")
            event = self._event()
        return Answer(
            200, json.dumps(event).encode(), {**_JSON, "Lambda-Extension-Event-Identifier": extension.id}
        )

    def _event(self) -> Mapping[str, Any]:
        """What is happening, for an extension."""
        if self._life.shutdown is not None:
            reason, deadline = self._life.shutdown
            return {"eventType": "SHUTDOWN", "deadlineMs": deadline, "shutdownReason": reason}
        invocation = self._life.invocation
        if invocation is None:
            return {}
        return {
            "eventType": "INVOKE",
            "deadlineMs": invocation.deadline_ms,
            "requestId": invocation.id,
            "invokedFunctionArn": invocation.arn,
            "tracing": {"type": "X-Amzn-Trace-Id", "value": invocation.trace},
        }

    def _error(self, request: Request, act: str) -> Answer:
        """An extension gives up, and takes the environment with it."""
        request.body(limits.EXTENSION_REQUEST)
        life = self._life
        with life.condition:
            extension = self._known(request, text=f"Unknown {_IDENTIFIER}")
            if isinstance(extension, Answer):
                return extension
            given = request.header(_ERROR_TYPE.lower())
            if not given:
                return refusal(403, "Extension.MissingHeader", f"{_ERROR_TYPE} not found")
            extension.does(act)
            extension.error_type = extension.error_type or given[:128]
            life.fail("Extension.InitError" if act == "init error" else "Extension.ExitError", given[:128])
        return _ACCEPTED

    def _known(self, request: Request, text: str = "") -> Extension | Answer:
        """The extension that asks, or why it is none."""
        given = request.header(_IDENTIFIER.lower())
        if not given:
            return refusal(403, "Extension.MissingExtensionIdentifier", f"Missing {_IDENTIFIER} header")
        try:
            identifier = str(UUID(given))
        except ValueError:
            return refusal(403, "Extension.InvalidExtensionIdentifier", f"Invalid {_IDENTIFIER}")
        found = self._life.extensions.get(identifier)
        return found or refusal(403, _UNKNOWN, text or f"Unknown extension {identifier}")


def _json(body: bytes) -> Any:
    """A document, or None for what is none."""
    try:
        return json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return None


def _strings(value: Any) -> bool:
    """Whether it is a list of strings, or not given."""
    return value is None or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _unfit(events: list[str], *, external: bool) -> str:
    """What is wrong with the events asked for."""
    for event in events:
        if event not in ("INVOKE", "SHUTDOWN"):
            return f"{event}: ErrorInvalidEventType"
        if event == "SHUTDOWN" and not external:
            return f"{event}: ErrorEventNotSupportedForInternalAgent"
    return ""
