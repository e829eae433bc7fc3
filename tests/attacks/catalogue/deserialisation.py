"""Data that are code."""

from typing import Any

from attacks.attack import Act, Area, Attack
from attacks.harness.proofs import answers_id, answers_secret, id_in_file
from attacks.harness.rules import SHELL


def _data(name: str, title: str, file: str, act: Act, **more: Any) -> Attack:
    said = {"technique": "T1059.006", "proof": id_in_file} | more
    return Attack(id=name, title=title, area=Area.DESERIALISATION, file=file, act=act, **said)


ATTACKS = (
    _data(
        "pickle",
        "a session kept as a pickle",
        "python/pickle_session.py",
        Act("load", r"pickle:posix\.system", r"pickle_session\.py:\d+ attack"),
    ),
    _data(
        "pickle-quiet",
        "a pickle that starts no program",
        "python/pickle_quiet.py",
        Act("load", r"pickle:os\.getenv", r"pickle_quiet\.py:\d+ attack"),
        proof=answers_secret,
    ),
    _data(
        "marshal",
        "code in a message, by marshal",
        "python/marshal_code.py",
        Act("load", "marshal", r"marshal_code\.py:\d+ attack"),
        proof=answers_secret,
    ),
    _data(
        "yaml",
        "a settings file loaded unsafely",
        "python/yaml_load.py",
        Act("exec", SHELL, r"yaml_load\.py:\d+ attack"),
    ),
    _data(
        "node-serialize",
        "a function in a message, called while it is read",
        "node/unserialize.js",
        Act("exec", SHELL, r"unserialize\.js:\d+"),
        proof=answers_id,
        technique="T1059.007",
    ),
)
