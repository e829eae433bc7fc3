"""Interpreters: which words of their command lines are code, and which only say how a script is run.

What is here was compared with the programs themselves (tests/unit/policy/test_interpreters.py). An option
that is not here is taken for one without a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Runs(Enum):
    """What an interpreter is told to run."""

    CODE = "code"
    """In its command line, or a file that an option names."""
    INPUT = "input"
    """Code that it reads from its standard input."""
    MODULE = "module"
    """By name: it looks for it."""
    SCRIPT = "script"
    """A file; all behind it are the script's own arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """How one reads its command line, up to the script."""

    code: str = ""
    """Letters of options whose value is code, or names a file that is run besides the script."""
    values: str = ""
    """Letters of options with a value, in the same word or the next."""
    apart: str = ""
    """Letters of options whose value is a word of its own behind all letters (a shell's `-eo pipefail`)."""
    long_code: frozenset[str] = frozenset()
    """As `code`: options of two hyphens."""
    long_values: frozenset[str] = frozenset()
    """Those with a value in the next word, unless it is behind a `=`."""
    module: str = ""
    """The letter whose value is a module, behind which all is the module's."""
    modules_of_code: frozenset[str] = frozenset()
    """Modules that run code in their own arguments or from the input."""
    hyphen_is_input: bool = True
    """Whether `-` is the input; else it ends the options, as `--`."""
    spellings: tuple[tuple[str, ...], ...]
    """Command lines, each another way to run code: CODE stands for it, FILE for a file of it."""


_SHELL = Interpreter(
    code="cs",
    apart="oO",
    long_code=frozenset({"--init-file", "--rcfile"}),
    hyphen_is_input=False,
    spellings=(
        (),
        ("-c", "CODE"),
        ("-ec", "CODE"),
        ("-e", "-c", "CODE"),
        ("+e", "-c", "CODE"),
        ("-o", "errexit", "-c", "CODE"),
        ("-eo", "errexit", "-c", "CODE"),
        ("-c", "--", "CODE"),
        ("-s",),
        ("-",),
        ("--",),
        ("/dev/stdin",),
    ),
)
_BASH = Interpreter(
    code=_SHELL.code,
    apart=_SHELL.apart,
    long_code=_SHELL.long_code,
    hyphen_is_input=False,
    spellings=(
        *_SHELL.spellings,
        ("--norc", "-c", "CODE"),
        ("-O", "extglob", "-c", "CODE"),
        ("--rcfile", "FILE", "-i"),
    ),
)
_PYTHON = Interpreter(
    code="c",
    values="WX",
    long_values=frozenset({"--check-hash-based-pycs"}),
    module="m",
    modules_of_code=frozenset({"asyncio", "code", "cProfile", "pdb", "profile", "runpy", "timeit", "trace"}),
    spellings=(
        (),
        ("-c", "CODE"),
        ("-cCODE",),
        ("-Ic", "CODE"),
        ("-I", "-c", "CODE"),
        ("-W", "ignore", "-c", "CODE"),
        ("-Wignore", "-cCODE"),
        ("-X", "utf8", "-c", "CODE"),
        ("-m", "timeit", "-n1", "-r1", "CODE"),
        ("-mtimeit", "-n1", "-r1", "CODE"),
        ("-Im", "timeit", "-n1", "-r1", "CODE"),
        ("-",),
        ("/dev/stdin",),
        ("--", "/dev/stdin"),
    ),
)
_PERL = Interpreter(
    code="eEmMdD",
    values="IxF",
    spellings=(
        (),
        ("-e", "CODE"),
        ("-eCODE",),
        ("-E", "CODE"),
        ("-we", "CODE"),
        ("-w", "-e", "CODE"),
        ("-I", "/nowhere", "-e", "CODE"),
        ("-Mstrict;CODE", "/dev/null"),
        ("-",),
        ("/dev/stdin",),
        ("--", "/dev/stdin"),
    ),
)
_RUBY = Interpreter(
    code="er",
    values="CEFIKTWx",
    long_values=frozenset({"--encoding", "--external-encoding", "--internal-encoding"}),
    spellings=(
        (),
        ("-e", "CODE"),
        ("-eCODE",),
        ("-we", "CODE"),
        ("-w", "-e", "CODE"),
        ("-I", "/nowhere", "-e", "CODE"),
        ("-rFILE", "/dev/null"),
        ("-r", "FILE", "/dev/null"),
        ("-",),
        ("/dev/stdin",),
    ),
)
_NODE_CODE = frozenset(
    {
        "--env-file", "--eval", "--experimental-loader", "--import", "--interactive", "--loader", "--print",
        "--require", "--run",
    }
)  # fmt: skip
_NODE = Interpreter(
    code="epri",
    values="C",
    long_code=_NODE_CODE,
    long_values=frozenset({"--conditions", "--icu-data-dir", "--input-type", "--openssl-config", "--title"}),
    spellings=(
        (),
        ("-e", "CODE"),
        ("--eval", "CODE"),
        ("--eval=CODE",),
        ("-p", "CODE"),
        ("-pe", "CODE"),
        ("--print", "CODE"),
        ("--no-warnings", "-e", "CODE"),
        ("--title", "x", "--eval=CODE"),
        ("-r", "FILE", "/dev/null"),
        ("--require=FILE", "/dev/null"),
        ("-",),
    ),
)
_PHP_CODE = frozenset(
    {
        "--define", "--file", "--interactive", "--php-ini", "--process-begin", "--process-code",
        "--process-end", "--process-file", "--run", "--server", "--zend-extension",
    }
)  # fmt: skip
_PHP = Interpreter(
    code="aBEFRdfrSzc",
    values="t",
    long_code=_PHP_CODE,
    long_values=frozenset({"--docroot"}),
    spellings=(
        (),
        ("-r", "CODE"),
        ("-rCODE",),
        ("-nr", "CODE"),
        ("-n", "-r", "CODE"),
        ("--run", "CODE"),
        ("-B", "CODE"),
        ("-f", "FILE"),
        ("-d", "auto_prepend_file=FILE", "/dev/null"),
        ("-dauto_prepend_file=FILE", "/dev/null"),
        ("/dev/stdin",),
    ),
)

INTERPRETERS: dict[str, Interpreter] = {
    "ash": _SHELL,
    "bash": _BASH,
    "dash": _SHELL,
    "ksh": _SHELL,
    "mksh": _SHELL,
    "node": _NODE,
    "nodejs": _NODE,
    "perl": _PERL,
    "php": _PHP,
    "pypy": _PYTHON,
    "python": _PYTHON,
    "ruby": _RUBY,
    "sh": _SHELL,
    "zsh": _SHELL,
}
"""Name without a version → how it reads its command line."""

_INPUTS = frozenset({"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})


def interpreter_of(pattern: str) -> Interpreter | None:
    """The interpreter that a pattern of paths names: of `/usr/bin/python3*`, Python."""
    return INTERPRETERS.get(pattern.rsplit("/", 1)[-1].rstrip("0123456789.-*?"))


def meaning(interpreter: Interpreter, words: Sequence[str]) -> tuple[Runs, int]:
    """What a command line tells it to run, and the place of the word that says so.

    That is of code the option, of a module its name, of a script its path; for the input behind the last.
    """
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--" or (word == "-" and not interpreter.hyphen_is_input):
            at += 1
            break
        if word == "-":
            return Runs.INPUT, at
        if word[:1] not in _SIGNS[interpreter.hyphen_is_input]:
            break
        found, at = _option(interpreter, words, at)
        if found:
            return found, at
    if at >= len(words) or words[at] in _INPUTS:
        return Runs.INPUT, at
    return Runs.SCRIPT, at


_SIGNS = {True: ("-",), False: ("-", "+")}
"""What options begin with. Shells, to which `-` is no input, take them back with a `+`."""


def _option(interpreter: Interpreter, words: Sequence[str], at: int) -> tuple[Runs | None, int]:
    """What an option runs, where; or None, and the place of the word behind it."""
    word = words[at]
    if word.startswith("--"):
        name, equals, _ = word.partition("=")
        if name in interpreter.long_code:
            return Runs.CODE, at
        return None, at + (2 if name in interpreter.long_values and not equals else 1)
    following = at + 1
    for place, letter in enumerate(word[1:], start=1):
        rest = word[place + 1 :]
        if letter in interpreter.code:
            return Runs.CODE, at
        if letter == interpreter.module:
            name = rest or " ".join(words[at + 1 : at + 2])
            ran = Runs.CODE if name in interpreter.modules_of_code else Runs.MODULE
            return ran, at if rest or ran is Runs.CODE else at + 1
        if letter in interpreter.values:
            return None, at + (1 if rest else 2)
        following += letter in interpreter.apart
    return None, following
