"""What the hook inside Python decides, on every Python that is here."""

import json
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from function import LEARNING_AT, Function, policy

from outrider.model.event import FrameType, Verdict

WHY = "the policy of Outrider does not let this code run"
EVIL = "import pathlib; pathlib.Path(__file__ + '.ran').touch()\n"


def run(function: Function, python: Path, code: str, blob: bytes, *arguments: str) -> str:
    """What the program printed; it must succeed and be quiet."""
    done = function.run([python, "-I", "-c", textwrap.dedent(code), *arguments], blob)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """A directory from which the policy lets no code run."""
    place = tmp_path / "dropped"
    place.mkdir()
    (place / "evil.py").write_text(EVIL)
    return place


@pytest.fixture
def blob(evil: Path) -> bytes:
    """Blocks code of that directory and nothing else."""
    return policy("block", {"kind": "load", "target": f"{evil}/**", "action": "block"})


def test_it_is_there_before_the_first_import(function: Function, python: Path) -> None:
    function.extension.set(LEARNING_AT, 1)
    run(function, python, "pass", policy("alert", report=True))
    started = function.extension.wait(lambda event: event.type is FrameType.START)
    assert "python-hook" in started.features
    loads = [event.target for event in function.extension.acts() if event.kind == "load"]
    assert any(target.endswith("/encodings/__init__.py") for target in loads)


REFUSALS = {
    "import": "sys.path.insert(0, place); import evil",
    "reimport by importlib": "sys.path.insert(0, place); importlib.import_module('evil')",
    "runpy": "runpy.run_path(place + '/evil.py')",
    "exec of a file's code": "exec(compile(open(place + '/evil.py').read(), place + '/evil.py', 'exec'))",
    "a thread": "ran(lambda: runpy.run_path(place + '/evil.py'))",
    "a path with dots": "runpy.run_path(place + '/../dropped/./evil.py')",
    "a link": "os.symlink(place, place + '-link'); runpy.run_path(place + '-link/evil.py')",
}


@pytest.mark.parametrize("how", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_file_the_policy_blocks_does_not_run(function: Function, evil: Path, blob: bytes, how: str) -> None:
    _refused(function, Path(sys.executable), evil, blob, how)


def _refused(function: Function, python: Path, evil: Path, blob: bytes, how: str) -> None:
    code = f"""
    import concurrent.futures, importlib, json, os, runpy, sys
    place = sys.argv[1]
    def ran(what):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pool.submit(what).result()
    try:
        {how}
    except PermissionError as error:
        print(json.dumps([error.errno, error.strerror, error.filename]))
    """
    number, why, name = json.loads(run(function, python, code, blob, str(evil)))
    assert (number, why) == (13, WHY)
    assert Path(name).resolve().parent == evil
    assert not list(evil.glob("*.ran"))
    (event,) = {(e.target, e.verdict, e.errno) for e in function.extension.acts(kind="load")}
    assert event == (str(evil / Path(name).name), Verdict.BLOCK, 13)


def test_every_python_refuses_an_import(function: Function, python: Path, evil: Path, blob: bytes) -> None:
    _refused(function, python, evil, blob, REFUSALS["import"])


HIDDEN = {
    "compiled, without its source, under another's name": """
        code = compile(open(place + '/evil.py').read(), os.__file__, 'exec')
        head = importlib.util.MAGIC_NUMBER + bytes(12)
        open(place + '/hidden.pyc', 'wb').write(head + marshal.dumps(code))
        sys.path.insert(0, place); import hidden
    """,
    "in an archive": """
        with zipfile.ZipFile(place + '/pack.zip', 'w') as pack: pack.write(place + '/evil.py', 'packed.py')
        sys.path.insert(0, place + '/pack.zip'); import packed
    """,
}


@pytest.mark.parametrize("how", HIDDEN.values(), ids=HIDDEN.keys())
def test_hidden_code_is_decided_by_the_file_it_comes_from(
    function: Function, python: Path, evil: Path, blob: bytes, how: str
) -> None:
    code = "import importlib.util, marshal, os, sys, zipfile\nplace = sys.argv[1]\ntry:\n"
    code += textwrap.indent(textwrap.dedent(how).strip(), "    ")
    code += "\nexcept (PermissionError, ImportError) as error: print(type(error).__name__)"
    done = function.run([python, "-I", "-c", code, str(evil)], blob)
    assert done.stdout.strip() in {"PermissionError", "ModuleNotFoundError", "ZipImportError"}, done.stderr
    assert function.extension.acts(kind="load", verdict=Verdict.BLOCK)
    assert not list(Path(evil).rglob("*.ran"))


def test_what_data_asks_an_unpickling_for(function: Function, python: Path) -> None:
    blob = policy("block", {"kind": "load", "target": "pickle:posix.*", "action": "block"})
    code = """
    import io, os, pickle, decimal
    class Gadget:
        def __reduce__(self):
            return os.system, ("true",)
    data = pickle.dumps(Gadget())
    assert pickle.loads(pickle.dumps(decimal.Decimal(1))) == 1
    for load in pickle.loads, lambda data: pickle._Unpickler(io.BytesIO(data)).load():
        try:
            load(data)
        except PermissionError as error:
            print(error.errno, error.filename)
    """
    assert run(function, python, code, blob).split() == ["13", "pickle:posix.system"] * 2


def test_code_out_of_data(function: Function, python: Path) -> None:
    blob = policy("block", {"kind": "load", "target": "pickle:marshal.loads", "action": "block"})
    code = """
    import marshal, sys, colorsys, json
    try:
        marshal.loads(marshal.dumps(1))
    except PermissionError as error:
        print(error.filename)
    else:
        print(sys.version_info[:2])
    """
    told = run(function, python, code, blob).strip()
    assert told in {"pickle:marshal.loads", "(3, 8)"}  # 3.8 does not tell of it


def test_subinterpreters_are_under_it_too(function: Function, python: Path, evil: Path, blob: bytes) -> None:
    code = """
    import sys
    for name in "_interpreters", "_xxsubinterpreters":
        try: module = __import__(name)
        except ImportError: continue
        inner = module.create()
        inside = f"import sys; sys.path.insert(0, {sys.argv[1]!r}); import evil"
        try: failed = getattr(module, "exec", None) or module.run_string; failed = failed(inner, inside)
        except Exception as error: failed = error
        print("PermissionError" in str(failed) + repr(getattr(failed, "type", "")))
        module.destroy(inner)  # 3.14 warns of those that are left
        break
    """
    assert run(function, python, code, blob, str(evil)).strip() == "True"
    assert not list(evil.glob("*.ran"))


def test_there_is_nothing_to_find_and_others_hooks_work(
    function: Function, python: Path, evil: Path, blob: bytes
) -> None:
    code = """
    import gc, sys, types
    heard = []
    def theirs(event, arguments):
        heard.append(event)
        if event == "their.own": raise LookupError("theirs")
    sys.addaudithook(theirs)
    try: sys.audit("their.own")
    except LookupError as error: print(error)
    suspects = [o for o in gc.get_objects() if callable(o) and "outrider" in repr(o).lower()]
    hooks = [o for o in gc.get_objects() if isinstance(o, types.FunctionType) and "audit" in o.__qualname__]
    print(suspects, [h.__module__ for h in hooks])
    for o in gc.get_objects():
        if isinstance(o, types.FunctionType) and "hook" in o.__name__ and not o.__closure__:
            o.__code__ = (lambda *_: None).__code__
    code = compile("1", sys.argv[1] + "/evil.py", "exec")
    try: exec(code)
    except PermissionError: print("refused", "exec" in heard)
    """
    lines = run(function, python, code, blob, str(evil)).splitlines()
    assert lines[0] == "theirs"
    assert lines[1].startswith("[] ")
    assert lines[-1].startswith("refused")


def test_the_end_of_the_interpreter_is_quiet(function: Function, python: Path, blob: bytes) -> None:
    code = """
    import atexit, threading, time
    class Late:
        def __del__(self):
            import colorsys, subprocess
            exec(compile("1", "/late.py", "exec"))
    late = [Late()]; late.append(late)
    atexit.register(lambda: __import__("wave" if False else "string"))
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    print("done")
    """
    done = function.run([python, "-I", "-c", textwrap.dedent(code)], blob)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_a_large_program_loads_without_a_deviation(
    function: Function, python: Path, record_property: Callable[[str, object], None]
) -> None:
    code = """
    import importlib, pkgutil, sys, time, json
    before = time.perf_counter()
    left = "antigravity this idlelib turtle turtledemo test tkinter lib2to3".split()
    for name in {m.name for m in pkgutil.iter_modules([json.__file__.rsplit("/", 2)[0]])} - set(left):
        try: importlib.import_module(name)
        except ImportError: pass
    loaded = len([m for m in list(sys.modules.values()) if getattr(m, "__file__", None)])
    print(loaded, (time.perf_counter() - before) * 1000)
    """
    options = ["-I", "-W", "ignore", "-c", textwrap.dedent(code)]
    done = function.run([python, *options], policy("block"))
    modules, took = done.stdout.split()
    record_property("modules", modules)
    record_property("milliseconds", took)
    assert int(modules) > 200, done.stderr
    assert not function.extension.acts(kind="load")
