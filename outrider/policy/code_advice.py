"""Rules about the arguments of an interpreter that look as if they kept code out, and do not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from outrider.model.event import Kind, Mode, Verdict
from outrider.model.pattern import is_literal, unquote
from outrider.policy.compiled import CompiledPolicy, CompiledRule
from outrider.policy.document import ContainerPolicy, ExecRule
from outrider.policy.interpreters import Interpreter, Runs, interpreter_of, meaning
from outrider.policy.matching import Act, Decision, decide

_STARS = ("*", "**")
MOST_STARS = 4
"""Patterns of one rule in whose place code is tried: options come first, and rules are 4,096."""
MOST_SAID = 3
"""Command lines that one advice names."""


def code_advice(policy: ContainerPolicy, compiled: CompiledPolicy) -> Iterator[tuple[int, str]]:
    """Place of the rule and what is wrong. What is said of code was tried on the policy itself."""
    execs = [rule for rule in compiled.rules if rule.kind is Kind.EXEC]
    none = replace(compiled, mode=Mode.BLOCK, rules=(), programs=())
    alone = {rule.id: replace(none, rules=(rule,)) for rule in execs if rule.arguments is not None}
    filed = _by_target(execs)
    for place, rule in enumerate(policy.numbered, start=1):
        if not isinstance(rule, ExecRule) or rule.arguments is None:
            continue
        interpreter = interpreter_of(rule.target)
        if interpreter is None:
            continue
        of_rule = _of_allowing if rule.action is Verdict.ALLOW else _of_stopping
        near = sorted((*filed.get(_filled(rule.target), ()), *filed.get(None, ())))
        whole = replace(none, rules=tuple(execs[number] for number in near))
        yield from ((place, words) for words in of_rule(rule, interpreter, alone[place], whole))


def _by_target(rules: Sequence[CompiledRule]) -> dict[str | None, list[int]]:
    """Places of rules by the one file that each is about; None: of those with a star.

    So that 4,096 rules are not each tried with all others.
    """
    filed: dict[str | None, list[int]] = {}
    for number, rule in enumerate(rules):
        target = rule.target.decode()
        filed.setdefault(unquote(target) if target and is_literal(target) else None, []).append(number)
    return filed


def _of_allowing(
    rule: ExecRule, interpreter: Interpreter, alone: CompiledPolicy, whole: CompiledPolicy
) -> Iterator[str]:
    """Code that it lets pass; a script or a module that may be another than the one that is meant."""
    words = rule.arguments or ()
    passing = [line for line in _command_lines(words, interpreter) if _passes(rule, line, alone, whole)]
    if passing:
        yield f"lets code be run: {_shown(passing)}"
        return
    runs, at = meaning(interpreter, words)
    if runs is Runs.SCRIPT and words[at] not in _STARS:
        yield from _of_script(words[at])
    if runs is Runs.MODULE and words[at] in _STARS:
        yield "lets any module be run, and timeit, pdb and others run code that they are given"
    elif runs is Runs.MODULE and not _is_isolated(words):
        yield "the module is looked for in the working directory first, whoever wrote there: put -I before -m"


def _passes(rule: ExecRule, line: tuple[str, ...], alone: CompiledPolicy, whole: CompiledPolicy) -> bool:
    """Whether a command line is code, and this is the rule that lets it be run."""
    decision = _on(alone, rule, line)
    return decision.rule != 0 and _on(whole, rule, line) == decision


def _of_script(pattern: str) -> Iterator[str]:
    """A path that leads elsewhere."""
    if not pattern.startswith(("/", "*", "?")):
        yield f"{pattern!r} is looked for in the working directory of whoever starts it: write its whole path"
    elif "**" in pattern:
        yield f"{pattern!r} matches `..` too, and so files that lie elsewhere: `*` stops at a slash"


def _is_isolated(words: Sequence[str]) -> bool:
    """Whether Python was told to leave the working directory alone."""
    return any(
        word[:1] == "-" and word[:2] != "--" and {"I", "P"} & set(word.partition("m")[0]) for word in words
    )


def _of_stopping(
    rule: ExecRule, interpreter: Interpreter, alone: CompiledPolicy, whole: CompiledPolicy
) -> Iterator[str]:
    """Other ways to say what it stops, which pass."""
    if not any(_on(alone, rule, line).rule for line in interpreter.spellings):
        return
    passing = [line for line in interpreter.spellings if _on(whole, rule, line).verdict is Verdict.ALLOW]
    if passing:
        yield f"stops code said in one way, and others pass: {_shown(passing)}; list what may be instead"


def _command_lines(patterns: Sequence[str], interpreter: Interpreter) -> Iterator[tuple[str, ...]]:
    """Command lines of code that the patterns may match.

    As they stand, and with each way to say code in the place of each of the first patterns with a star.
    """
    plain: tuple[tuple[str, ...], ...] = tuple(() if word == "**" else (_example(word),) for word in patterns)
    stars = [at for at, word in enumerate(patterns) if not is_literal(word)][:MOST_STARS]
    filled = [plain]
    for at, spelling in product(stars, interpreter.spellings):
        filled += [
            (*plain[:at], spelling, *plain[at + 1 :]),
            (*plain[:at], spelling, *plain[at + len(spelling) :]),
        ]
    meant = {Runs.CODE, Runs.INPUT} if stars else {Runs.INPUT}  # code that is all in the rule is the author's
    for parts in filled:
        line = tuple(word for part in parts for word in part)
        if meaning(interpreter, line)[0] in meant:
            yield line


def _example(pattern: str) -> str:
    """A word that a pattern matches."""
    return unquote(pattern) if is_literal(pattern) else "x" if pattern == "*" else _filled(pattern)


def _filled(pattern: str) -> str:
    """Its stars are nothing, its question marks a letter."""
    return pattern.replace("*", "").replace("?", "x").replace("\\", "")


def _on(policy: CompiledPolicy, rule: ExecRule, words: Sequence[str]) -> Decision:
    """What is decided on a command line of what a rule is about."""
    act = Act(
        kind=Kind.EXEC,
        program=_filled(rule.program or "/**"),
        target=_filled(rule.target),
        arguments=tuple(words),
        arguments_whole=True,
        sha256=rule.sha256 or "",
        now=1,
    )
    return decide(policy, act)


def _shown(lines: Sequence[Sequence[str]]) -> str:
    """A few, as they are typed."""
    several = [f"`{' '.join(words)}`" if words else "none, and what comes in at its input" for words in lines]
    unlike = list(dict.fromkeys(several))
    return ", ".join(unlike[:MOST_SAID])
