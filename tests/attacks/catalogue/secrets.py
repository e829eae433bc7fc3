"""What the environment gives away."""

from attacks.attack import Act, Area, Attack, Outcome
from attacks.harness.proofs import answers_secret, answers_text, service_asked
from attacks.harness.rules import MAY_RUN_CURL

ATTACKS = (
    Attack(
        id="own-environ",
        title="/proc/self/environ",
        technique="T1552.001",
        area=Area.SECRETS,
        file="python/own_environ.py",
        proof=answers_secret,
        act=Act("read", "/environ$", r"own_environ\.py:\d+ attack"),
    ),
    Attack(
        id="node-own-environ",
        title="/proc/self/environ, by Node",
        technique="T1552.001",
        area=Area.SECRETS,
        file="node/own_environ.js",
        proof=answers_secret,
        act=Act("read", "/environ$"),
    ),
    Attack(
        id="environ-of-others",
        title="/proc/1/environ, the parent's, everybody's",
        technique="T1552.001",
        area=Area.SECRETS,
        file="python/environ_of_others.py",
        proof=answers_text("PARENTS_SECRET"),
        act=Act("read", r"/proc/\d+/environ", r"environ_of_others\.py:\d+ "),
    ),
    Attack(
        id="memory-of-parent",
        title="/proc/PPID/maps and mem",
        technique="T1003.007",
        area=Area.SECRETS,
        file="python/memory_of_parent.py",
        proof=answers_text("PARENTS_SECRET"),
        act=Act("read", r"/proc/\d+/(maps|mem)", r"memory_of_parent\.py:\d+ attack"),
    ),
    Attack(
        id="process-vm-readv",
        title="process_vm_readv on the parent",
        technique="T1003.007",
        area=Area.SECRETS,
        file="python/vm_readv.py",
        proof=answers_text("PARENTS_SECRET"),
        act=Act("syscall", "process_vm_readv"),
    ),
    Attack(
        id="credentials-by-child",
        title="a child uses the function's credentials at a place only the function may ask",
        technique="T1552.005",
        area=Area.SECRETS,
        file="python/credentials_by_child.py",
        allowed=MAY_RUN_CURL,
        proof=service_asked(b"Authorization: stolen"),
        act=Act("connect", r"127\.0\.0\.77"),
    ),
    Attack(
        id="own-source",
        title="the function's own code",
        technique="T1083",
        area=Area.SECRETS,
        file="python/own_source.py",
        proof=answers_text("to look for more holes"),
        outcome=Outcome.NOT_STOPPED,
        why="a function reads its own files all the time; a read rule can protect what is no code",
    ),
)
