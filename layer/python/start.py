"""`python start.py SCRIPT ARGUMENTS…` (or `-m MODULE`, `-c CODE`): what Python would run, hooked.

Started by the wrapper where the native guard cannot be loaded. Nothing of this file is left in what then
runs, but two lines of a traceback. Standard library only, Python 3.8 and later.
"""

GIVEN = frozenset(globals())

import binascii  # noqa: E402
import io  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

BLOB_MAX = 1 << 20  # native/policy.h


def _policy_bytes() -> bytes:
    """The blob the wrapper chose. Raises OSError, ValueError."""
    where = os.environ.get("OUTRIDER_GUARD", "")
    if where == "env":
        return binascii.a2b_base64(os.environ.get("OUTRIDER_POLICY", ""))
    with open(where, "rb") as file:
        return file.read(BLOB_MAX + 1)


def _install() -> None:
    """Install the hook. With trouble of ours the function starts all the same, if it may."""
    before = list(sys.path)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    try:
        import outrider_hook

        outrider_hook.install(_policy_bytes(), os.environ.get("OUTRIDER_DIR", "/tmp/.outrider"))
    except Exception as wrong:  # noqa: BLE001 - the entry point of a program
        strict = os.environ.get("OUTRIDER_ON_FAILURE") == "security"
        then = "not starting" if strict else "starting unprotected"
        print(f"outrider: the hook in Python cannot be installed: {wrong}; {then}", file=sys.stderr)
        if strict:
            sys.exit(1)
    finally:
        sys.path[:] = before


def _has_entry() -> bool:
    """Did Python put this file's directory into the path? Under -I and -P it does not."""
    return not sys.flags.isolated and not getattr(sys.flags, "safe_path", False)


def _is_archive(path: str) -> bool:
    if os.path.isdir(path):
        return True
    with open(path, "rb") as file:
        return file.read(2) == b"PK"


def _absolute(path: str) -> str:
    """As Python itself names what it starts, from 3.9 on."""
    return os.path.abspath(path) if sys.version_info >= (3, 9) else path


def _clean(module: dict, keep: frozenset) -> None:
    for left in set(module) - keep:
        del module[left]
    module["__doc__"] = None


def _run_module(name: str, alter: bool) -> None:
    import runpy

    run = runpy._run_module_as_main  # what `python -m` calls
    _clean(sys.modules["__main__"].__dict__, GIVEN)
    run(name, alter)


def _run_code(code, name: str) -> None:  # type: ignore[no-untyped-def]
    """`name` is the file's; "" for -c."""
    module = sys.modules["__main__"].__dict__
    loader = (
        type(module["__loader__"])("__main__", name)
        if name
        else sys.modules["_frozen_importlib"].BuiltinImporter
    )
    _clean(module, GIVEN if name else GIVEN - {"__file__", "__cached__"})
    module["__loader__"] = loader
    if name:
        module["__file__"] = name
    exec(code, module)  # noqa: S102 - the script, as its own __main__


def main() -> None:
    """Run what the command line names as `__main__`."""
    what = (
        sys.argv[1]
        if len(sys.argv) > 1
        else sys.exit("usage: start.py SCRIPT | -m MODULE | -c CODE [ARGUMENT…]")
    )
    _install()
    entry = _has_entry()
    if what == "-m":
        del sys.argv[:2]
        if entry:
            sys.path[0] = os.getcwd()
        return _run_module(sys.argv[0], True)
    if what == "-c":
        code = compile(sys.argv[2], "<string>", "exec", dont_inherit=True)
        sys.argv[:3] = ["-c"]
        if entry:
            sys.path[0] = ""
        return _run_code(code, "")
    del sys.argv[0]
    if _is_archive(what):
        sys.path[: 1 if entry else 0] = [_absolute(what)]
        return _run_module("__main__", False)
    name = _absolute(what)
    with io.open_code(os.path.abspath(what)) as file:
        code = compile(file.read(), name, "exec", dont_inherit=True)
    if entry:
        sys.path[0] = os.path.dirname(os.path.realpath(what))
    return _run_code(code, name)


if __name__ == "__main__":
    main()
