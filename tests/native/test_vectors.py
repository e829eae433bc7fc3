"""Python and C agree on the two binary formats: the shared vectors, and mutations under ASan and UBSan."""

import base64
import ipaddress
import json
import random
import re
import shutil
import socket
import struct
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from supervised import Supervised, policy, until

from outrider.model.event import TASK_KINDS, FrameType, Kind, Verdict
from outrider.policy.blob import decode, seal
from outrider.policy.compiled import CompiledPolicy
from outrider.policy.matching import Act
from outrider.policy.matching import decide as python_decides
from outrider.runtime.wire import LENGTH, FrameDecoder
from outrider.runtime.wire_fields import FIELDS

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "policy"
INDEX = json.loads((DATA / "index.json").read_text())
VERDICTS = json.loads((DATA / "verdicts.json").read_text())
FAMILIES = {"unix": 1, "inet": 4, "inet6": 6}
PROTOCOLS = {"any": 0, "tcp": 6, "udp": 17}
SANITIZE = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
WARNINGS = ("-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror")
MUTATIONS = 200_000


def check(binary: Path, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What the supervisor itself says of a blob."""
    return subprocess.run(
        [binary, "check", file, *options], capture_output=True, text=True, check=False, timeout=20
    )


@pytest.mark.parametrize("entry", INDEX["blobs"], ids=lambda entry: entry["file"])
def test_the_supervisor_takes_the_blobs_that_python_takes(binary: Path, entry: dict[str, Any]) -> None:
    file = DATA / entry["file"]
    done = check(binary, file)
    if not entry["valid"]:
        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(r"outrider-run: refused: \S+ \([^()]+(\(\w+\?\))?\)\n", done.stderr), done.stderr
        assert check(binary, file, "--key", INDEX["key"]).returncode == 1
        return
    meant = decode(file.read_bytes()).policy
    said = f"mode={meant.mode} rules={len(meant.rules)} counter={meant.counter} id={meant.id.hex()}"
    said += undecided(meant) + "\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")


def undecided(policy: CompiledPolicy) -> str:
    """What it says of kinds of rules it passes over."""
    decided = {*TASK_KINDS}
    if any(rule.kind is Kind.READ and rule.action is not Verdict.ALLOW for rule in policy.rules):
        decided.add(Kind.READ)
    kinds = [kind for kind in Kind if kind not in decided and kind in {rule.kind for rule in policy.rules}]
    return f" undecided:{','.join(kinds)}" if kinds else ""


@pytest.mark.parametrize(
    "entry", [entry for entry in INDEX["blobs"] if entry["valid"]], ids=lambda entry: entry["file"]
)
def test_a_key_is_for_signed_policies_only(binary: Path, entry: dict[str, Any]) -> None:
    done = check(binary, DATA / entry["file"], "--key", INDEX["key"])
    assert done.returncode == (0 if entry.get("verifies") else 1), done.stderr
    wrong = "does not verify" if "verifies" in entry else "not signed"
    assert entry.get("verifies") or wrong in done.stderr


@pytest.fixture(scope="session")
def decide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """programs/decide.c with the supervisor's own sources; a fault in them ends it with a report."""
    compiler = next(filter(None, map(shutil.which, ("gcc", "clang"))), None)
    assert compiler, "no gcc or clang: apt-get install gcc libc6-dev"
    made = tmp_path_factory.mktemp("decide") / "decide"
    sources = [ROOT / "native" / name for name in ("verdict.c", "text.c", "base64.c")]
    sources.append(Path(__file__).parent / "programs" / "decide.c")
    done = subprocess.run(
        [compiler, *WARNINGS, *SANITIZE, "-o", made, *sources], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.parametrize("count", [20_000, 20_001])
def test_as_many_programs_as_there_may_be(decide: Path, tmp_path: Path, count: int) -> None:
    """The first and the last are found, their neighbours are not; one more and the blob is refused."""
    plain = policy("block")
    table = b"".join((2 * place + 1).to_bytes(32, "big") for place in range(count))
    header = bytearray(plain[:104])
    header[8:12] = (len(plain) + len(table)).to_bytes(4, "little")
    header[51] = 2
    header[96:104] = struct.pack("<II", len(plain), count)
    file = tmp_path / "most.policy"
    file.write_bytes(seal(bytes(header) + plain[104:] + table))
    numbers = (0, 1, 2, 3, count, 2 * count - 1, 2 * count, 2 * count + 1)
    acts = "".join(f"0 0 0 0  /init /bin/sh  {number:064x} 0 1 0 " for number in numbers)
    if count == 20_000:
        listed = {number for number in numbers if number % 2 and number < 2 * count}
        wanted = ["allow 0" if number in listed else "block 0" for number in numbers]
        assert ask(decide, "cases", file, strings=acts.split(" ")[:-1]) == wanted
    else:
        refused = subprocess.run([decide, "cases", file], input=b"", capture_output=True, check=False)
        assert b"programs that do not lie where they must" in refused.stderr


def ask(decide: Path, *arguments: str | Path, strings: list[str] | None = None) -> list[str]:
    """Its answers, line by line; what the sanitizers find is a failure."""
    sent = "".join(f"{text}\0" for text in strings or []).encode()
    done = subprocess.run([decide, *arguments], input=sent, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode(errors="replace")
    return done.stdout.decode().splitlines()


def as_strings(case: dict[str, Any]) -> list[str]:
    """A case as decide.c reads it."""
    address = case.get("address", {"family": "", "protocol": "any", "host": "", "port": 0})
    unix = address["family"] == "unix"
    packed = ipaddress.ip_address(address["host"]).packed if address["host"] and not unix else b""
    mapped = getattr(ipaddress.ip_address(packed), "ipv4_mapped", None) if packed else None
    family = "inet" if mapped else address["family"]  # the supervisor's peer.c does so before it asks
    packed = mapped.packed if mapped else packed
    kind, protocol = list(Kind).index(case["kind"]), PROTOCOLS[address["protocol"]]
    target = case.get("target") or (address["host"] if unix else "")
    numbers = map(str, (kind, FAMILIES.get(family, 0), protocol, address["port"]))
    more = [case.get("name", ""), case.get("sha256", ""), str(case.get("now", 0))]
    words = case.get("arguments", [])
    more += [str(int(case.get("arguments_whole", False))), str(len(words)), *words]
    return [*numbers, packed.hex(), case["program"], target, *more]


@pytest.mark.parametrize("item", VERDICTS, ids=lambda item: item["name"])
def test_every_case_is_decided_as_its_documents_say(decide: Path, item: dict[str, Any]) -> None:
    strings = [text for case in item["cases"] for text in as_strings(case)]
    answers = ask(decide, "cases", DATA / item["blob"], strings=strings)
    assert answers == [f"{case['verdict']} {case['rule']}" for case in item["cases"]]


@pytest.mark.parametrize("seed", range(3))
def test_arguments_are_decided_as_python_decides_them(decide: Path, tmp_path: Path, seed: int) -> None:
    """Rules and command lines of few different words: patterns go back and forth the most over those."""
    generator = random.Random(seed)  # noqa: S311 - a seed, so that a failure comes again

    def words(*of: str) -> list[str]:
        return [generator.choice(of) for _ in range(generator.randrange(6))]

    rules = [
        {"kind": "exec", "target": f"/{place // 4}", "action": generator.choice(list(Verdict))}
        | ({"arguments": patterns} if generator.randrange(8) else {})
        for place in range(400)
        if "** **" not in " ".join(patterns := words("**", "**", "*", "a", "b", "", "a*", "?"))
    ]
    file = tmp_path / "any.policy"
    file.write_bytes(
        policy(generator.choice(["alert", "block"]), *rules, exec=generator.choice(list(Verdict)))
    )
    compiled = decode(file.read_bytes()).policy
    acts = [
        Act(
            Kind.EXEC,
            generator.choice(["/init", "/init", "[foreign]"]),
            f"/{generator.randrange(100)}",
            arguments=tuple(words("a", "a", "b", "", "a/", "ab")),
            arguments_whole=generator.random() < 0.7,
        )
        for _ in range(4000)
    ]
    strings = [
        text
        for act in acts
        for text in as_strings(
            {"kind": "exec", "program": act.program, "target": act.target}
            | {"arguments": list(act.arguments), "arguments_whole": act.arguments_whole}
        )
    ]
    decided = [python_decides(compiled, act) for act in acts]
    assert ask(decide, "cases", file, strings=strings) == [f"{one.verdict} {one.rule}" for one in decided]
    assert len({(one.verdict, one.rule > 0) for one in decided}) >= 3


def test_no_bytes_do_harm(decide: Path) -> None:
    """Mutated blobs are refused or can be decided by; patterns mean what policy.h says."""
    small = sorted(path for path in DATA.glob("*.policy") if path.stat().st_size < 4096)
    seeds = [path for path in small if check_is_whole(path)]
    (line,) = ask(decide, "fuzz", "20261124", str(MUTATIONS), *seeds[:64])
    total, taken, matched, decoded = map(int, re.findall(r"\d+", line))
    assert total == MUTATIONS
    assert min(taken, matched, decoded) > MUTATIONS // 50, line
    assert max(taken, matched, decoded) < MUTATIONS, line


def check_is_whole(path: Path) -> bool:
    """Whether a vector is valid, so that mutations of it get beyond the first check."""
    return any(entry["file"] == path.name and entry["valid"] for entry in INDEX["blobs"])


def test_a_sanitizer_would_be_heard(decide: Path, tmp_path: Path) -> None:
    """The same program over a header that lies, with the check that sees it taken out."""
    source = (ROOT / "native" / "verdict.c").read_text()
    lamed = source.replace("if (header.total_size != size)", "if (false)").replace("body > size", "false")
    lamed = lamed.replace(": body != size)", ": false)").replace("_size > size)", "_size > SIZE_MAX)")
    assert lamed != source
    (tmp_path / "verdict.c").write_text(lamed)
    others = [ROOT / "native" / name for name in ("text.c", "base64.c")]
    made = tmp_path / "lamed"
    compiler = shutil.which("gcc") or "clang"
    main = Path(__file__).parent / "programs" / "decide.c"
    command = [compiler, *WARNINGS, *SANITIZE, f"-I{ROOT / 'native'}", "-o", made]
    subprocess.run([*command, tmp_path / "verdict.c", *others, main], check=True, capture_output=True)
    done = subprocess.run(
        [made, "fuzz", "1", "100000", DATA / "shop.policy"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "AddressSanitizer" in done.stderr


def test_base64_is_what_python_takes_for_it(decide: Path) -> None:
    generator = random.Random(20261124)  # noqa: S311 - a seed, so that a failure comes again
    texts = ["", "=", "A===", "AA=A", "QQ==QQ==", "-_--", " QQ==", "QQ==\n", "Q Q=", "é" * 4, INDEX["key"]]
    texts += [base64.b64encode(generator.randbytes(size)).decode() for size in range(64)]
    for _ in range(2000):
        text = list(base64.b64encode(generator.randbytes(generator.randrange(1, 12))).decode())
        text[generator.randrange(len(text))] = generator.choice("Az09+/=-_ \n")
        texts.append("".join(text))
    assert ask(decide, "base64", strings=texts) == [decoded(text) for text in texts]


def decoded(text: str) -> str:
    """By Python, whose strict mode alone sees padding in the wrong place."""
    if not text.isascii():
        return "no"
    try:
        return base64.b64decode(text, validate=True).hex() if "=" not in text[:-2] else "no"
    except ValueError:
        return "no"


def test_no_pattern_takes_long(decide: Path, tmp_path: Path) -> None:
    """Stars within stars on the longest path: squared steps are soon done with, more than that never ends."""
    worst = "/**a" + "*a" * 300 + "**a*a" * 60 + "b"
    rule = {"kind": "write", "target": worst}
    (tmp_path / "worst.policy").write_bytes(policy("block", *[rule] * 8, write="block"))
    act = ["3", "0", "0", "0", "", "/app", "/" + "a" * 4094, "", "", "0", "1", "0"]
    assert ask(decide, "cases", tmp_path / "worst.policy", strings=act) == ["block 0"]


def test_frames_hold_only_fields_of_wire_h_and_python_reads_each(supervised: Supervised) -> None:
    """The other direction: what the real supervisor sends, byte by byte."""
    supervised.set_policy(policy("alert", report=True, exec="alert"))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(supervised.socket))
    listener.listen()
    listener.settimeout(20)
    process = supervised.start("/bin/sh", "-c", "echo x >/dev/null; /bin/true; read x", stdin=subprocess.PIPE)
    connection, _ = listener.accept()
    connection.settimeout(20)
    stream, decoder = bytearray(), FrameDecoder()
    events = []
    while not [event for event in events if event.target.endswith("/true")]:
        piece = connection.recv(65536)
        assert piece, "it hung up"
        stream += piece
        events += decoder.feed(piece)
    process.communicate("done\n", timeout=20)
    connection.close()
    listener.close()
    tags = [tag for frame in frames(bytes(stream)) for tag in fields(frame)]
    assert set(tags) <= {*FIELDS, 14}, "fields that Python does not know"
    assert [event.type for event in events[:2]] == [FrameType.HELLO, FrameType.START]
    assert all(later.seq == earlier.seq + 1 for earlier, later in pairwise(events[1:]))
    assert until(lambda: process.poll() is not None, "the end")


def frames(stream: bytes) -> list[bytes]:
    """Whole frames, without their length."""
    found, at = [], 0
    while at + LENGTH.size <= len(stream):
        (length,) = LENGTH.unpack_from(stream, at)
        if at + LENGTH.size + length > len(stream):
            break
        found.append(stream[at + LENGTH.size : at + LENGTH.size + length])
        at += LENGTH.size + length
    return found


def fields(frame: bytes) -> list[int]:
    """The tags of one frame; its fields fill it exactly, and reserved is 0."""
    assert struct.unpack_from("<Q", frame, 28) == (0,)
    found, at = [], 36
    while at < len(frame):
        tag, size = struct.unpack_from("<HH", frame, at)
        found.append(tag)
        at += 4 + size
    assert at == len(frame)
    return found
