"""Who speaks for the function."""

from typing import Any

from attacks.attack import Act, Area, Attack, Outcome
from attacks.harness.proofs import answered_by_attacker, extension_registered, next_visitor_stolen
from attacks.harness.rules import CURL, MAY_RUN_CURL, may_run_python


def _hijack(name: str, title: str, file: str, act: Act | None, **more: Any) -> Attack:
    said = {"technique": "T1557", "proof": next_visitor_stolen} | more
    return Attack(id=name, title=title, area=Area.RUNTIME_API, file=f"python/{file}", act=act, **said)


ATTACKS = (
    _hijack(
        "next-by-child",
        "a child takes the next visitor's event",
        "next_by_child.py",
        Act("exec", "python", r"next_by_child\.py:\d+ attack"),
    ),
    _hijack(
        "next-by-learned-child",
        "the same, in a function that may start its own interpreter",
        "next_by_child.py",
        Act("syscall", "runtime_api"),
        allowed=may_run_python(),
    ),
    _hijack(
        "bogus-response",
        "the visitor is answered by a program of the attacker's",
        "bogus_response_by_child.py",
        Act("exec", CURL, r"bogus_response_by_child\.py:\d+ attack"),
        proof=answered_by_attacker,
        technique="T1565.002",
    ),
    _hijack(
        "bogus-response-by-learned-child",
        "the same, in a function that really uses curl",
        "bogus_response_by_child.py",
        Act("syscall", "runtime_api"),
        proof=answered_by_attacker,
        technique="T1565.002",
        allowed=MAY_RUN_CURL,
    ),
    _hijack(
        "bogus-response-around",
        "the visitor is answered at the real API, past the proxy",
        "bogus_response_around.py",
        Act("syscall", "runtime_api"),
        proof=answered_by_attacker,
        technique="T1565.002",
    ),
    _hijack(
        "register-extension",
        "an extension that was never deployed",
        "register_extension.py",
        Act("syscall", "runtime_api"),
        proof=extension_registered,
        technique="T1546",
    ),
    _hijack(
        "bootstrap-swap",
        "another bootstrap takes the runtime's place",
        "bootstrap_swap.py",
        Act("exec", "python", r"bootstrap_swap\.py:\d+ attack"),
        technique="T1554",
    ),
    _hijack(
        "attackers-proxy",
        "a Runtime API proxy of the attacker's",
        "attackers_proxy.py",
        Act("bind", r"127\.0\.0\.1", r"attackers_proxy\.py:\d+ attack"),
    ),
    _hijack(
        "next-by-fork",
        "a fork of the runtime, without a new program, takes the next event",
        "next_by_fork.py",
        None,
        outcome=Outcome.NOT_STOPPED,
        why="a fork of the runtime may be a runtime: Managed Instances make theirs so",
    ),
    _hijack(
        "bogus-response-inside",
        "the visitor is answered by the attacker inside the runtime's process",
        "bogus_response.py",
        None,
        proof=answered_by_attacker,
        technique="T1565.002",
        outcome=Outcome.NOT_STOPPED,
        why="code in the runtime's process is the runtime to its API; it could as well return that answer",
    ),
)
