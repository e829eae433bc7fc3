"""Which line of the customer's acted: read from the frames when it acts, on every Python that is here."""

import sys
import textwrap
from pathlib import Path

import pytest
from function import LEARNING_AT, Function, policy

from outrider.model.event import Verdict

SHOP = (Path(__file__).parent / "programs" / "shop.py").read_text()
BLOB = policy("alert", report=True)
NOTED = policy("alert", exec="block", connect="block", write="block", resolve="block")

ACTS = {
    "connects": "connect",
    "by_http_client": "connect",
    "by_urllib": "connect",
    "in_a_thread": "connect",
    "by_asyncio": "connect",
    "runs": "exec",
    "runs_by_system": "exec",
    "runs_by_fork": "exec",
    "runs_by_fork_exec": "exec",
    "runs_by_ctypes": "exec",
    "writes": "write",
    "looks_up": "resolve",
    "é": "exec",
}


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """What /var/task would be: one module, and one distribution beside it."""
    place = tmp_path / "task"
    (place / "shop-1.0.dist-info").mkdir(parents=True)
    (place / "shop").mkdir()
    (place / "shop" / "__init__.py").write_text(SHOP)
    (place / "app.py").write_text("import sys, shop\nfor name in sys.argv[1:]: getattr(shop, name)()\n")
    return place


def _expected(task: Path, name: str) -> str:
    """file:line of the first line marked within function `name`, and the function's own name."""
    lines = SHOP.splitlines()
    inside = "connects" if name == "in_a_thread" else "_open" if name == "by_asyncio" else name
    start = next(i for i, line in enumerate(lines) if line.split("(")[0].endswith(f"def {inside}"))
    number = next(i for i in range(start, len(lines)) if "# MARK" in lines[i])
    mark = lines[number].split("# MARK ")[1]
    return f"{task}/shop/__init__.py:{number + 1} {'<lambda>' if mark == 'lambda' else mark}"


def test_the_line_that_acts_is_named(function: Function, task: Path, python: Path) -> None:
    done = function.run([python, task / "app.py", *ACTS], NOTED)
    assert done.returncode == 0, done.stderr
    codes = {(event.kind, event.code) for event in function.extension.acts(verdict=Verdict.ALERT)}
    wanted = {(kind, _expected(task, name)) for name, kind in ACTS.items()}
    assert wanted - codes == set()


def test_the_runtimes_own_acts_are_nobodys(function: Function, tmp_path: Path, python: Path) -> None:
    function.extension.set(LEARNING_AT, 1)
    code = "import json, socket; socket.getaddrinfo('localhost', 9)"
    assert function.run([python, "-I", "-c", code], BLOB).returncode == 0
    (event,) = function.extension.acts(kind="resolve")
    assert event.code == ""


RUNTIME = """
import ctypes, sys
sys.path.insert(0, sys.argv[1])
import shop
shop.runs_by_system()
ctypes.CDLL(None).system(b"exit 3")
"""


def test_what_was_attributed_does_not_stick_to_native_code(
    function: Function, task: Path, python: Path
) -> None:
    """The customer's function has returned; its thread goes on in the runtime's code."""
    runtime = task / "awslambdaric"
    runtime.mkdir()
    (runtime / "bootstrap.py").write_text(RUNTIME)
    done = function.run([python, runtime / "bootstrap.py", task], policy("alert", exec="block"))
    assert done.returncode == 0, done.stderr
    codes = {event.argv[-1]: event.code for event in function.extension.acts(kind="exec")}
    assert codes["true"].endswith(" runs_by_system")
    assert codes["exit 3"] == ""


def test_layers_of_libraries_the_nearest_is_named(function: Function, tmp_path: Path) -> None:
    code = """
    import requests
    try: requests.get("http://127.0.0.1:9/", timeout=5)
    except requests.ConnectionError: pass
    import boto3, botocore.config
    client = boto3.client("sqs", region_name="us-east-1", endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="x", aws_secret_access_key="x",
        config=botocore.config.Config(retries={"max_attempts": 0}))
    try: client.list_queues()
    except Exception as error: print(type(error).__name__)
    """
    function.extension.set(LEARNING_AT, 1)
    done = function.run([sys.executable, "-c", textwrap.dedent(code)], BLOB)
    assert done.stdout.strip() == "EndpointConnectionError", done.stderr
    codes = {event.code for event in function.extension.acts(kind="connect") if event.address.port == 9}
    assert codes
    assert all("/site-packages/urllib3/util/connection.py:" in code for code in codes), codes
    assert all(code.endswith(" create_connection") for code in codes)


HAMMER = """
import socket, threading, time
def hammer():
    while True:
        with socket.socket() as sock:
            try: sock.connect(("127.0.0.1", 9))
            except OSError: pass
def deep(depth):
    deep(depth - 1) if depth else hammer()
for i in range(12): threading.Thread(target=deep, args=(i * 10,), daemon=True).start()
time.sleep(0.02)
"""


def test_threads_that_outlive_the_interpreter_do_not_crash_it(
    function: Function, tmp_path: Path, python: Path
) -> None:
    """Frames of a daemon thread are freed by the main thread while the guard may be reading them."""
    script = tmp_path / "hammer.py"
    script.write_text(HAMMER)
    for _ in range(3):
        done = function.run([python, script], policy("alert", connect="block"))
        assert done.returncode == 0, done.stderr
    codes = {event.code for event in function.extension.acts(kind="connect")}
    assert codes - {""} == {f"{script}:6 hammer"}


def test_notes_meant_for_node_are_nothing_to_python(function: Function) -> None:
    code = """
    import os, random
    random.seed(4)
    for i in range(3000):
        word = bytes(random.choices(b"=+.\\t/a\\xff", k=random.randrange(1, 600)))
        try: os.open(b"/outrider/note/" + word, 0)
        except FileNotFoundError: pass
    os.system("true")
    """
    blob = policy("alert", exec="block")
    done = function.run([sys.executable, "-I", "-c", textwrap.dedent(code)], blob)
    assert (done.returncode, done.stderr) == (0, "")
    event = function.extension.acts(kind="exec")[0]
    assert event.code == ""
