"""A warm environment serves the next visitor too; dependencies come with the package."""

from attacks.attack import Act, Area, Attack, Outcome, Rules
from attacks.harness.proofs import answers_secret, attacker_has, file_says, handler_is_theirs, id_in_file
from attacks.harness.rules import SHELL, may_run

NO_SCRIPTS_IN_TMP: Rules = ({"kind": "read", "target": "**/outrider-attack-*/tmp/*.js", "action": "block"},)
"""Node reads a script like any other file: it is the name that tells."""

LEAVES = 1024
"""Of the fork bomb's tree: it has a fuse."""

ATTACKS = (
    Attack(
        id="poisoned-module",
        title="a module left in /tmp, imported by a later invocation",
        technique="T1574",
        area=Area.PERSISTENCE,
        file="python/poisoned_module.py",
        invocations=2,
        proof=answers_secret,
        act=Act("load", r"/settings\.py$"),
    ),
    Attack(
        id="node-poisoned-module",
        title="the same in Node, where a rule keeps scripts in /tmp from being read",
        technique="T1574",
        area=Area.PERSISTENCE,
        file="node/poisoned_module.js",
        allowed=NO_SCRIPTS_IN_TMP,
        invocations=2,
        proof=answers_secret,
        act=Act("read", r"/settings\.js$"),
    ),
    Attack(
        id="background-child",
        title="a child that outlives the invocation and reports later",
        technique="T1543",
        area=Area.PERSISTENCE,
        file="python/background_child.py",
        proof=attacker_has(b"still here"),
        act=Act("connect", r"127\.0\.0\.66", r"background_child\.py:\d+ attack"),
    ),
    Attack(
        id="replaced-handler",
        title="the handler is replaced in memory",
        technique="T1554",
        area=Area.PERSISTENCE,
        file="python/replaced_handler.py",
        proof=handler_is_theirs,
        outcome=Outcome.NOT_STOPPED,
        why="an assignment inside the interpreter; what the new handler does is decided like anything else",
    ),
    Attack(
        id="malicious-dependency",
        title="a dependency acts when it is imported",
        technique="T1195.001",
        area=Area.DEPENDENCY,
        file="python/malicious_dependency.py",
        files=("python/leftpad", "python/leftpad-1.0.dist-info"),
        proof=id_in_file,
        act=Act("exec", SHELL, r"leftpad/__init__\.py:\d+ <module>"),
    ),
    Attack(
        id="native-dependency",
        title="a dependency's native extension acts when it is loaded",
        technique="T1195.001",
        area=Area.DEPENDENCY,
        file="python/native_dependency.py",
        files=("native/native.so",),
        proof=id_in_file,
        act=Act("exec", SHELL, r"native_dependency\.py:\d+ attack"),
    ),
    Attack(
        id="native-from-tmp",
        title="a native extension dropped to /tmp and loaded",
        technique="T1129",
        area=Area.DEPENDENCY,
        file="python/native_from_tmp.py",
        files=("native/native.so",),
        proof=id_in_file,
        act=Act("load", r"/fast\.so$", r"native_from_tmp\.py:\d+ attack"),
    ),
    Attack(
        id="node-native-from-tmp",
        title="a native addon dropped to /tmp and loaded",
        technique="T1129",
        area=Area.DEPENDENCY,
        file="node/native_from_tmp.js",
        files=("native/native.so",),
        proof=id_in_file,
        act=Act("load", r"/fast\.node$"),
    ),
    Attack(
        id="fork-bomb",
        title="a fork bomb (here with a fuse)",
        technique="T1499",
        area=Area.EXHAUSTION,
        file="python/fork_bomb.py",
        allowed=may_run("sh"),
        proof=file_says("tmp/out", b"x" * LEAVES),
        act=Act("syscall", "fork_rate"),
    ),
)
