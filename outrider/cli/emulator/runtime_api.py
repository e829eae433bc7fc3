"""The Runtime API, 2018-06-01: what the function's runtime asks and tells."""

import json
from collections.abc import Callable

from outrider.cli.emulator.life import Invocation, Life, Reply
from outrider.cli.emulator.server import Answer, Request, TooLarge
from outrider.function import errors, quotas
from outrider.function.http_message import BadMessage
from outrider.function.parties import NotAllowed

_JSON = {"Content-Type": "application/json"}
_ACCEPTED = Answer(202, b'{"status":"OK"}\n', _JSON)
_INVALID_STATE = "InvalidStateTransition"
_CAUSE = "application/vnd.aws.lambda.error.cause+json"


def refusal(status: int, error_type: str, message: str) -> Answer:
    """An error document."""
    return Answer(status, errors.document(error_type, message), _JSON)


class RuntimeApi:
    """Handlers of one life."""

    def __init__(self, life: Life) -> None:
        self._life = life

    def handle(self, request: Request, path: str) -> Answer | None:
        """Answer a path below /2018-06-01; None where there is no such path."""
        plain: dict[str, tuple[str, Callable[[Request], Answer]]] = {
            "/ping": ("GET", lambda _: Answer(200, b"pong")),
            "/runtime/invocation/next": ("GET", self._next),
            "/runtime/init/error": ("POST", self._init_error),
        }
        if self._life.snap_start:
            plain["/runtime/restore/next"] = ("GET", self._restore_next)
            plain["/runtime/restore/error"] = ("POST", self._restore_error)
        words = path.split("/")
        if path not in plain and len(words) == 5 and words[:3] == ["", "runtime", "invocation"]:
            kinds = {"response": self._response, "error": self._error}
            if words[4] in kinds:
                plain[path] = ("POST", lambda asked: self._of_invocation(asked, words[3], kinds[words[4]]))
        if path not in plain:
            return None
        method, handler = plain[path]
        if request.head.method != method:
            return Answer(405)
        try:
            return handler(request)
        except NotAllowed as error:
            return refusal(403, _INVALID_STATE, str(error))

    def _next(self, request: Request) -> Answer:
        """Wait for an event. Asked again before the reply, the same event comes again."""
        life = self._life
        with life.condition:
            life.runtime.does("next")
            if life.runtime.state != "Running":
                life.wait_released("runtime")
                life.runtime.does("released")
            invocation = life.invocation
            if invocation is None:
                return refusal(500, "InternalServerError", "Internal Server Error")
            return Answer(200, invocation.payload, _headers(invocation))

    def _restore_next(self, request: Request) -> Answer:
        """SnapStart: the snapshot is taken here; the answer comes when it has been restored."""
        life = self._life
        with life.condition:
            life.runtime.does("restore next")
            life.wait_released("runtime")
            life.runtime.does("released")
        return Answer(200, b"", _JSON)

    def _init_error(self, request: Request) -> Answer:
        """The function could not be loaded."""
        body = request.body(quotas.PAYLOAD)
        life = self._life
        with life.condition:
            life.runtime.does("init error")
            given = request.header("lambda-runtime-function-error-type")
            life.fail(errors.named(given, "Runtime.Unknown"), "")
            life.init_reply = Reply(
                body, request.header("content-type"), errors.named(given, "Runtime.Unknown")
            )
        return _ACCEPTED

    def _restore_error(self, request: Request) -> Answer:
        """An after-restore hook failed."""
        body = request.body(quotas.PAYLOAD)
        life = self._life
        with life.condition:
            life.runtime.does("restore error")
            given = request.header("lambda-runtime-function-error-type")
            life.fail(errors.named(given, "Runtime.RestoreError"), "")
            life.init_reply = Reply(body, request.header("content-type"), "Runtime.RestoreError")
        return _ACCEPTED

    def _of_invocation(
        self, request: Request, identifier: str, handler: Callable[[Request, Invocation], Answer]
    ) -> Answer:
        """Only the current invocation can be answered."""
        with self._life.condition:
            invocation = self._life.invocation
        if invocation is None or invocation.id != identifier or invocation.reply is not None:
            return refusal(400, "InvalidRequestID", "Invalid request ID")
        return handler(request, invocation)

    def _response(self, request: Request, invocation: Invocation) -> Answer:
        """The function's result, whole or as a stream."""
        mode = request.header("lambda-runtime-function-response-mode")
        with self._life.condition:
            self._life.runtime.does("response")
        kind = request.header("content-type")
        if mode and mode.lower() != "streaming":
            self._settle(invocation, Reply(b"", kind, "Runtime.InvalidResponseModeHeader"))
            return refusal(400, "InvalidFunctionResponseMode", "Invalid function response mode")
        if mode:
            return self._stream(request, invocation, kind)
        try:
            payload = request.body(quotas.PAYLOAD)
        except TooLarge as error:
            message = errors.too_large(error.size, quotas.PAYLOAD)
            body = errors.document("Function.ResponseSizeTooLarge", message)
            self._settle(invocation, Reply(body, "application/json", "Function.ResponseSizeTooLarge"))
            return _too_large(quotas.PAYLOAD)
        except BadMessage:
            self._settle(invocation, Reply(b"", kind, "Runtime.TruncatedResponse"))
            raise
        self._settle(invocation, Reply(payload, kind))
        return _ACCEPTED

    def _stream(self, request: Request, invocation: Invocation, kind: str) -> Answer:
        """A response in parts; an error on the way comes in the trailers."""
        held = bytearray()
        size = 0
        try:
            for part in request.parts():
                size += len(part)
                if size > quotas.STREAMED_RESPONSE:
                    self._settle(
                        invocation, Reply(bytes(held), kind, "Function.ResponseSizeTooLarge", streamed=True)
                    )
                    return _too_large(quotas.STREAMED_RESPONSE)
                if invocation.sink is not None:
                    invocation.sink(part)
                else:
                    held += part
        except BadMessage:
            self._settle(invocation, Reply(bytes(held), kind, "Runtime.TruncatedResponse", streamed=True))
            raise
        error = request.trailers.get("lambda-runtime-function-error-type")
        detail = request.trailers.get("lambda-runtime-function-error-body", "")
        named = errors.named(error, "Function.Unknown") if error is not None else None
        reply = Reply(bytes(held), kind, named, streamed=True, error_body=detail)
        self._settle(invocation, reply)
        return _ACCEPTED

    def _error(self, request: Request, invocation: Invocation) -> Answer:
        """The function raised."""
        with self._life.condition:
            self._life.runtime.does("error")
        try:
            body = request.body(quotas.PAYLOAD)
        except TooLarge as error:
            body = errors.document(
                "Function.ResponseSizeTooLarge", errors.too_large(error.size, quotas.PAYLOAD)
            )
        kind = request.header("content-type")
        if kind == _CAUSE:
            body, kind = _without_cause(body), "application/json"
        given = request.header("lambda-runtime-function-error-type")
        self._settle(invocation, Reply(body, kind, errors.named(given, "Runtime.Unknown")))
        return _ACCEPTED

    def _settle(self, invocation: Invocation, reply: Reply) -> None:
        """The reply is there."""
        with self._life.condition:
            invocation.reply = reply
            self._life.runtime.does("sent")
            self._life.condition.notify_all()


def _headers(invocation: Invocation) -> dict[str, str]:
    """What travels beside an event."""
    headers = {
        **_JSON,
        "Lambda-Runtime-Aws-Request-Id": invocation.id,
        "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
        "Lambda-Runtime-Trace-Id": invocation.trace,
    }
    if invocation.client_context:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return headers


def _too_large(limit: int) -> Answer:
    """The runtime's side of a response over the quota."""
    return refusal(413, "RequestEntityTooLarge", f"Exceeded maximum allowed payload size ({limit} bytes).")


def _without_cause(body: bytes) -> bytes:
    """An error document without what is meant for X-Ray."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return b'"Invalid error body"'
    if not isinstance(given, dict):
        return b'"Invalid error body"'
    kept = ("errorMessage", "errorType", "stackTrace")
    return json.dumps({name: given[name] for name in kept if name in given}).encode()
