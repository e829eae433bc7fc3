"""The three interfaces at one address: which request is whose."""

from outrider.cli.emulator.extensions_api import ExtensionsApi
from outrider.cli.emulator.runtime_api import RuntimeApi
from outrider.cli.emulator.server import Answer, Request, TooLarge

_LOGS_STUB = b'{"errorType":"Logs.NotSupported","errorMessage":"Logs API is not supported"}\n'


class Interfaces:
    """Sends requests on to the handlers of the life that is on now."""

    def __init__(self) -> None:
        self._runtime: RuntimeApi | None = None
        self._extensions: ExtensionsApi | None = None

    def serve(self, runtime: RuntimeApi, extensions: ExtensionsApi) -> None:
        """From now on these answer."""
        self._runtime, self._extensions = runtime, extensions

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        try:
            answer = self._route(request)
        except TooLarge as error:
            return Answer(413, str(error).encode())
        return answer or Answer(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})

    def _route(self, request: Request) -> Answer | None:
        """By version and path."""
        path = request.head.target.partition("?")[0]
        if self._runtime is None or self._extensions is None:
            return Answer(503)
        if path.startswith("/2018-06-01/"):
            return self._runtime.handle(request, path.removeprefix("/2018-06-01"))
        if path.startswith("/2020-01-01/"):
            return self._extensions.handle(request, path.removeprefix("/2020-01-01"))
        if path.rstrip("/") == "/2022-07-01/telemetry":
            return self._extensions.telemetry(request)
        if path.rstrip("/") == "/2020-08-15/logs":
            return Answer(202, _LOGS_STUB, {"Content-Type": "application/json"})
        return None
