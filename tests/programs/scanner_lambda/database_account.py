"""A mirror on this machine, and what it has, for tests of the database function."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


def osv(name: str, package: str, fixed: str, modified: str = "2026-01-01T00:00:00Z") -> dict[str, object]:
    return {
        "schema_version": "1.6.0",
        "id": name,
        "modified": modified,
        "published": "2026-01-01T00:00:00Z",
        "summary": "made up",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": package},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}
                ],
            }
        ],
    }  # fmt: skip


def zipped(*records: dict[str, object]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as bundle:
        for record in records:
            bundle.writestr(f"{record['id']}.json", json.dumps(record))
    return made.getvalue()


class Mirror:
    """Files by path; counts answers, knows ETags."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.statuses: list[int] = []
        self.broken = False
        self.address = ""


@contextmanager
def serving() -> Iterator[Mirror]:
    mirror = Mirror()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = mirror.files.get(self.path)
            tag = f'"{hash(body)}"'
            status = 503 if mirror.broken else 404 if body is None else 200
            if status == 200 and self.headers.get("If-None-Match") == tag:
                status = 304
            mirror.statuses.append(status)
            self.send_response(status)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(body or b"") if status == 200 else 0))
            self.end_headers()
            if status == 200 and body:
                self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    mirror.address = f"http://127.0.0.1:{server.server_port}"
    yield mirror
    server.shutdown()
    server.server_close()
