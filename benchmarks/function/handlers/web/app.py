# ruff: noqa: D103, S108, PTH123
"""A web handler as functions have it: routes, a database in /tmp, JSON, a log line."""

import json
import sqlite3

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

logger = Logger(service="shop")
app = APIGatewayHttpResolver()
database = sqlite3.connect("/tmp/shop.db")
database.execute("create table if not exists orders (id integer primary key, name text)")


@app.get("/orders/<number>")
def order(number):
    row = database.execute("select name from orders where id = ?", (int(number) % 100,)).fetchone()
    return {"number": int(number), "name": row[0] if row else None}


@app.post("/orders")
def make():
    with database:
        made = database.execute(
            "insert into orders (name) values (?)", (app.current_event.json_body["name"],)
        )
        database.execute("delete from orders where id > 1000")
    with open("/tmp/last.json", "w") as file:
        json.dump({"id": made.lastrowid}, file)
    return {"id": made.lastrowid}


def handler(event, context):
    return app.resolve(event, context)
