"""Attribution inside Node, and that nothing else changes under it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from function import LEARNING_AT, Function, policy
from language_fixtures import HOOK, PROGRAMS

NODE = shutil.which("node") or "node"
BLOB = policy("alert", report=True)
KINDS = {
    **dict.fromkeys(
        ["spawnSync", "execSync", "execFileSync", "spawn", "exec", "execCallback", "execFile", "fork"], "exec"
    ),
    **dict.fromkeys(
        ["connect", "connect6", "connectPath", "connectName", "get", "getSecure", "fetch", "datagram"],
        "connect",
    ),
    **dict.fromkeys(["lookup", "lookupPromise"], "resolve"),
    **dict.fromkeys(["writeSync", "openSync", "write", "writePromise", "openPromise", "stream"], "write"),
}
SHOP = PROGRAMS / "shop.js"
HOOKED = {"NODE_OPTIONS": f"--require {HOOK}"}


def line_of(name: str) -> int:
    """Where `name` is in the program, which has one line for each."""
    lines = SHOP.read_text().splitlines()
    return next(
        i for i, line in enumerate(lines, 1) if line.lstrip().startswith((f"{name}(", f"async {name}("))
    )


@pytest.mark.parametrize("name", KINDS)
def test_the_line_that_acts_is_named(function: Function, tmp_path: Path, name: str) -> None:
    function.extension.set(LEARNING_AT, 1)
    done = function.run([NODE, SHOP, name, tmp_path], BLOB, env=HOOKED)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    codes = [event.code for event in function.extension.acts(kind=KINDS[name])]
    first = line_of(name)
    places = {f"{SHOP}:{line}" for line in range(first, first + 3)}
    assert any(code.split(" ")[0] in places for code in codes), codes


def test_a_worker_has_it_too(function: Function, tmp_path: Path) -> None:
    function.extension.set(LEARNING_AT, 1)
    assert function.run([NODE, SHOP, "worker", tmp_path], BLOB, env=HOOKED).returncode == 0
    assert any("[worker eval]" in event.code for event in function.extension.acts(kind="exec"))


def test_a_refusal_is_nodes_own_and_names_the_line(function: Function) -> None:
    code = """
    const { spawnSync, spawn } = require('child_process');
    console.log(spawnSync('/bin/true').error.code);
    spawn('/bin/true').on('error', (error) => console.log(error.code, error.syscall));
    """
    done = function.run([NODE, "-e", code], policy("block", exec="block"), env=HOOKED)
    assert done.stdout.split() == ["EACCES", "EACCES", "spawn", "/bin/true"], done.stderr
    assert {event.code for event in function.extension.acts(kind="exec")} == {
        "[eval]:3 <anonymous>",
        "[eval]:4 <anonymous>",
    }


OBSERVED = """
const out = {};
for (const name of ['child_process', 'fs', 'net', 'dns', 'dgram', 'fs/promises', 'dns/promises']) {
  const module = require(name);
  const symbols = (f) => Object.getOwnPropertySymbols(f).map(String).sort();
  out[name] = Object.keys(module).map((key) => {
    const value = module[key];
    const described = Object.getOwnPropertyDescriptor(module, key);
    const shape = [described.writable, described.enumerable, described.configurable];
    return typeof value === 'function'
      ? [key, value.name, value.length, shape, symbols(value), Object.getOwnPropertyNames(value).sort()]
      : [key, typeof value];
  });
}
const socket = new (require('net').Socket)();
out.errors = [Object.getOwnPropertyNames(Error).sort(), Error.stackTraceLimit];
out.globals = [typeof fetch, globalThis.fetch?.name, globalThis.fetch?.length];
out.dlopen = [typeof process.dlopen, process.dlopen.length];
out.socket = [socket.connect.name, socket.connect.length, socket instanceof require('stream').Duplex];
const told = (error) => [error.name, error.code, error.message];
const tried = (f) => { try { return f(); } catch (error) { return told(error); } };
out.throws = [
  tried(() => require('fs').writeFileSync('/nowhere/x', 'x')),
  tried(() => require('fs').openSync(undefined, 'w')),
  tried(() => require('child_process').spawnSync('')), tried(() => require('net').connect(-1)),
  tried(() => require('child_process').execSync('exit 3', { stdio: 'pipe' }).length),
  tried(() => require('fs').renameSync()), tried(() => require('dns').lookup({}, () => {})),
];
out.main = [__filename, module.id, require.main === module, process.argv.length, process.execArgv];
console.log(JSON.stringify(out));
"""


@pytest.mark.parametrize("form", ["script", "eval", "stdin"])
def test_a_program_sees_no_difference(function: Function, tmp_path: Path, form: str) -> None:
    script = tmp_path / "observe.js"
    script.write_text(OBSERVED)
    command = {"script": [NODE, script], "eval": [NODE, "-e", OBSERVED], "stdin": [NODE]}[form]
    seen = []
    for hooked in HOOKED, {}:
        with script.open() as file:
            done = function.run(command, policy("block"), env=hooked, stdin=file)
        assert (done.returncode, done.stderr) == (0, "")
        seen.append(json.loads(done.stdout))
    assert seen[0] == seen[1]


def test_modules_of_the_new_kind_see_the_same_functions(function: Function, tmp_path: Path) -> None:
    script = tmp_path / "handler.mjs"
    script.write_text(
        "import { execFileSync } from 'node:child_process';\n"
        "import { writeFile } from 'node:fs/promises';\n"
        "export const handler = async () => {\n"
        "  execFileSync('true');\n"
        f"  await writeFile({str(tmp_path / 'out')!r}, 'x');\n"
        "};\n"
        "await handler();\n"
    )
    function.extension.set(LEARNING_AT, 1)
    done = function.run([NODE, script], BLOB, env=HOOKED)
    assert (done.returncode, done.stderr) == (0, "")
    codes = {kind: {e.code for e in function.extension.acts(kind=kind)} for kind in ("exec", "write")}
    assert f"{script}:4 handler" in codes["exec"]
    assert f"{script}:5 handler" in codes["write"]


def test_an_applications_own_settings_of_errors_stay(function: Function) -> None:
    code = """
    const prepare = (error, sites) => `mine ${sites.length}`;
    Error.prepareStackTrace = prepare;
    Error.stackTraceLimit = 3;
    require('child_process').spawnSync('true');
    console.log(Error.prepareStackTrace === prepare, Error.stackTraceLimit, new Error('x').stack);
    Object.freeze(Error);
    console.log(require('child_process').spawnSync('true').status);
    """
    done = function.run([NODE, "-e", code], policy("block"), env=HOOKED)
    assert done.stdout == "true 3 mine 3\n0\n", done.stderr


def test_without_a_guard_it_does_nothing(tmp_path: Path, function: Function) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OUTRIDER_")} | HOOKED
    code = "console.log(require('util').types.isProxy(require('child_process').spawnSync))"
    done = function.run([NODE, "-e", code], policy("block"), env=HOOKED)
    assert done.stdout == "true\n"
    bare = subprocess.run([NODE, "-e", code], env=environment, capture_output=True, text=True, check=True)
    assert bare.stdout == "false\n"
