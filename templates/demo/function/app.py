"""A shop's webhook, as people write them: standard library, a price service, one shell command too many.

It has three holes on purpose, each of a kind found in real functions:
  /invoice  puts the customer's name into a shell command (command injection)
  /basket   keeps the visitor's basket as a pickle in a cookie (deserialisation)
  /preview  shows whatever address the visitor names (server-side request forgery)
"""

import base64
import json
import os
import pickle
import subprocess
import urllib.request

PRICES = os.environ["PRICES_URL"]
INVOICES = "/tmp/invoices"


def handler(event: dict, context: object) -> dict:
    query = event.get("queryStringParameters") or {}
    pages = {"/prices": prices, "/invoice": invoice, "/basket": basket, "/preview": preview}
    page = pages.get(event.get("rawPath", ""))
    if page is None:
        return {"statusCode": 404, "body": "no such page\n"}
    try:
        return {"statusCode": 200, "body": page(query, event)}
    except (KeyError, ValueError, OSError) as error:
        return {"statusCode": 500, "body": f"{type(error).__name__}: {error}\n"}


def prices(query: dict, event: dict) -> str:
    """What things cost today; asked of another service."""
    with urllib.request.urlopen(f"{PRICES}/prices", timeout=2) as answer:
        return answer.read().decode()


def invoice(query: dict, event: dict) -> str:
    """An invoice for the printer, in lines of 40. A shell was the quickest way."""
    os.makedirs(INVOICES, exist_ok=True)
    path = f"{INVOICES}/{int(query['order'])}.txt"
    text = f"Invoice {int(query['order'])} for {query['name']}: one saddle, 189.00"
    done = subprocess.run(f"printf '%s\\n' '{text}' | fold -s -w 40", shell=True, capture_output=True)
    with open(path, "wb") as file:
        file.write(done.stdout)
    return done.stdout.decode(errors="replace")


def basket(query: dict, event: dict) -> str:
    """The basket comes in a cookie and goes back in the answer."""
    cookie = (event.get("headers") or {}).get("cookie", "")
    things = pickle.loads(base64.b64decode(cookie)) if cookie else []
    if "add" in query:
        things.append(query["add"])
    return json.dumps({"things": list(things), "cookie": base64.b64encode(pickle.dumps(things)).decode()})


def preview(query: dict, event: dict) -> str:
    """A page of a partner's, for the shop window."""
    with urllib.request.urlopen(query["url"], timeout=2) as answer:
        return answer.read(4096).decode(errors="replace")
