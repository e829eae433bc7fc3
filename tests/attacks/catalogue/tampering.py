"""The guard, its helpers and what they share."""

from typing import Any

from attacks.attack import Act, Area, Attack
from attacks.harness.proofs import (
    answers_text,
    attacker_has,
    event_was_forged,
    extension_died,
    file_says,
    policy_was_emptied,
    state_moved_away,
    state_was_written,
)
from attacks.harness.rules import MAY_RUN_CURL, may_run, may_run_python


def _tampering(name: str, title: str, file: str, act: Act, **more: Any) -> Attack:
    said = {"technique": "T1562.001", "proof": attacker_has(b"exfiltrated")} | more
    return Attack(id=name, title=title, area=Area.TAMPERING, file=f"python/{file}", act=act, **said)


ATTACKS = (
    _tampering(
        "empty-environment",
        "a child with env={}",
        "empty_environment.py",
        Act("connect", r"127\.0\.0\.66"),
        allowed=may_run_python(),
    ),
    _tampering(
        "other-policy",
        "a child that is told another policy",
        "other_policy.py",
        Act("connect", r"127\.0\.0\.66"),
        allowed=may_run_python(),
    ),
    _tampering(
        "unset-preload",
        "a shell forgets LD_PRELOAD and starts a program",
        "unset_preload.py",
        Act("connect", r"127\.0\.0\.66"),
        allowed=(*may_run("sh"), *MAY_RUN_CURL),
    ),
    _tampering(
        "loader-audit",
        "a child with LD_AUDIT: a library that comes before the guard",
        "loader_variables.py",
        Act("load", r"/early\.so$"),
        event=(("variable", "LD_AUDIT"),),
        allowed=may_run_python(),
        files=("native/native.so",),
        proof=file_says("outside/climbed", b"ours"),
        technique="T1574.006",
    ),
    _tampering(
        "loader-preload",
        "a child with another LD_PRELOAD",
        "loader_variables.py",
        Act("load", r"/early\.so$"),
        event=(("variable", "LD_PRELOAD"),),
        allowed=may_run_python(),
        files=("native/native.so",),
        proof=file_says("outside/climbed", b"ours"),
        technique="T1574.006",
    ),
    _tampering(
        "forged-event",
        "the extension is told of something that never happened",
        "forged_event.py",
        Act("connect", "/events$", r"forged_event\.py:\d+ attack"),
        proof=event_was_forged,
    ),
    _tampering(
        "kill-extension",
        "the extension is killed",
        "kill_extension.py",
        Act("syscall", "kill_guard", r"kill_extension\.py:\d+ attack"),
        proof=extension_died,
    ),
    _tampering(
        "ptrace-extension",
        "the extension is taken hold of with ptrace",
        "ptrace_extension.py",
        Act("syscall", "ptrace|kill_guard"),
        proof=answers_text("seized"),
    ),
    _tampering(
        "rewrite-state",
        "the page that guard and extension share is written",
        "rewrite_state.py",
        Act("write", "/state$", r"rewrite_state\.py:\d+ attack"),
        proof=state_was_written,
    ),
    _tampering(
        "remove-state",
        "the directory they share is moved away",
        "remove_state.py",
        Act("write", code=r"remove_state\.py:\d+ attack"),
        proof=state_moved_away,
    ),
    _tampering(
        "rewrite-policy",
        "the policy in force is emptied",
        "rewrite_policy.py",
        Act("write", r"policy$", r"rewrite_policy\.py:\d+ attack"),
        proof=policy_was_emptied,
    ),
)
