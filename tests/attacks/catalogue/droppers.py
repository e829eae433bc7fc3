"""Programs that did not come with the function."""

from attacks.attack import Act, Area, Attack
from attacks.harness.proofs import answers_id, attacker_has, id_in_file
from attacks.harness.rules import may_run_python


def _dropper(name: str, title: str, file: str, act: Act, **more: object) -> Attack:
    said: dict[str, object] = {"technique": "T1105", "proof": answers_id} | more
    return Attack(id=name, title=title, area=Area.DROPPER, file=f"python/{file}", act=act, **said)  # type: ignore[arg-type]


ATTACKS = (
    _dropper(
        "dropper",
        "a file in /tmp, made executable, run",
        "dropper.py",
        Act("exec", r"/\.x$", r"dropper\.py:\d+ attack"),
        proof=id_in_file,
    ),
    _dropper(
        "dropper-memfd",
        "memfd_create: a program that touches no disk",
        "dropper_memfd.py",
        Act("syscall", "memfd_create"),
        technique="T1620",
    ),
    _dropper(
        "dropper-loader",
        "ld.so runs a file that may not be executed",
        "dropper_loader.py",
        Act("exec", r"/ld-", r"dropper_loader\.py:\d+ attack"),
        technique="T1574.006",
    ),
    _dropper(
        "dropper-static",
        "a static program (busybox), copied",
        "dropper_static.py",
        Act("exec", "/kworker$", r"dropper_static\.py:\d+ attack"),
    ),
    _dropper(
        "dropper-script",
        "a dropped script, in a function that may start its own interpreter",
        "dropper_script.py",
        Act("load", r"/job\.py$"),
        proof=id_in_file,
        allowed=may_run_python(),
    ),
    _dropper(
        "dropper-fexecve",
        "executed by descriptor",
        "dropper_fexecve.py",
        Act("exec", "/y$", r"dropper_fexecve\.py:\d+ attack"),
        proof=id_in_file,
        technique="T1620",
    ),
    _dropper(
        "miner",
        "a dropped miner reports to its pool",
        "miner.py",
        Act("exec", r"/\.kworkerd$", r"miner\.py:\d+ attack"),
        proof=attacker_has(b"mining.subscribe"),
        technique="T1496",
    ),
)
