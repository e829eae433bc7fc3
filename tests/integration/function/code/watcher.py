#!/usr/bin/python3
"""An extension that tells what it hears; WATCHER says how it is to behave."""

import http.client
import http.server
import json
import os
import sys
import threading
from pathlib import Path

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
MODE = os.environ.get("WATCHER", "")
NAME = Path(sys.argv[0]).name
connection = http.client.HTTPConnection(API)


def ask(method, path, body=None, **headers):
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            print("telemetry", event["type"], json.dumps(event["record"]), flush=True)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


if MODE == "silent":
    threading.Event().wait()
if MODE == "crash":
    sys.exit(7)
events = ["INVOKE"] if MODE == "invoke-only" else ["INVOKE", "SHUTDOWN"]
status, headers, body = ask(
    "POST", "/2020-01-01/extension/register", {"events": events}, Lambda_Extension_Name=NAME
)
print("registered", status, body.decode(), flush=True)
me = {"Lambda_Extension_Identifier": headers["Lambda-Extension-Identifier"]}
if MODE == "telemetry":
    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wish = {
        "schemaVersion": "2022-12-13",
        "types": ["platform", "function"],
        "buffering": {"timeoutMs": 25},
        "destination": {"protocol": "HTTP", "URI": f"http://sandbox.localdomain:{server.server_port}/x"},
    }
    print("subscribed", ask("PUT", "/2022-07-01/telemetry", wish, **me)[2].decode(), flush=True)
if MODE == "init-error":
    me["Lambda_Extension_Function_Error_Type"] = "Extension.Broken"
    ask("POST", "/2020-01-01/extension/init/error", {}, **me)
    sys.exit(1)
while True:
    event = json.loads(ask("GET", "/2020-01-01/extension/event/next", **me)[2])
    print("event", json.dumps(event), flush=True)
    if event["eventType"] == "SHUTDOWN":
        if MODE == "clinging":
            threading.Event().wait()
        print("environment", json.dumps(sorted(os.environ)), flush=True)
        break
