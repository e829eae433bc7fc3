"""The JSON Schema of `outrider.event/1`, made from the dataclass: `templates/report/event.schema.json`.

The schema is versioned, never changed in place: fields and words may be added, readers pass over them; none
is removed, renamed or given another type. A test keeps a frozen copy.
"""

from typing import Any

from pydantic import TypeAdapter

from outrider.model.event import TRAITS, Event
from outrider.runtime.jsonl import SCHEMA

ID = "https://outrider.dev/schemas/event.schema.json"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$"

MEANINGS = {
    "schema": "Form and version of the line.",
    "type": "What it is about: an act (event), more of the same (repeat), the defender itself (the others).",
    "seq": "Number within the life of the container, from 1; 0: hello, and what the agent says of itself.",
    "time": "When it happened, RFC 3339 in UTC, up to nanoseconds.",
    "dropped": "Lines that this life of the defender had to drop so far.",
    "instance": "Hex of 16 random bytes: one life of one container, or one environment of a function.",
    "container": "Name of the container; `function` in a function.",
    "kind": "Kind of the act.",
    "verdict": "What was decided: allow; alert: let through and told; block: refused.",
    "pid": "Process that acted, as its container numbers it.",
    "ppid": "Its parent.",
    "uid": "Its effective user.",
    "gid": "Its effective group.",
    "program": "Real path of the executable of the process that acted; for an exec of the one that asked.",
    "cmdline": "Arguments it was started with. In envelopes the first only.",
    "target": "What was acted on: real path of a file, name of a call, host name, source of an invocation.",
    "address": "Peer of a connection, address listened on, or resolver that was asked.",
    "rule": "1-based place in the policy of the rule that decided; absent: the default of the kind.",
    "syscall": "System call by which it was done.",
    "errno": "What the caller was answered: absent or a positive errno.",
    "ancestors": "Processes above the one that acted, nearest first, at most 8.",
    "argv": "Arguments of an exec. In envelopes the first only.",
    "count": "repeat: how many more times.",
    "ref_seq": "repeat: number of the event that happened again.",
    "message": "What is said beside: of policies, starts, troubles, counters, answers to look-ups.",
    "policy_id": "Hex of the policy in force, or that was refused.",
    "policy_counter": "Number of that policy; it only goes up.",
    "mode": "Whether that policy stops anything.",
    "engine": "How the defender works here: `notify`, `ptrace`, `preload`, …",
    "kernel": "Kernel and architecture.",
    "features": "What the defender found it may use.",
    "code": "Code of the customer that acted, as `/var/task/app.py:12 handler`.",
    "distribution": "Package that this code belongs to, as `requests 2.32.3`.",
    "name": "Host name whose lookup answered the address.",
    "sha256": "Of the file that an exec was about, hex.",
    "request_id": "Invocation of a function during which it happened.",
    "function": "Function it happened in; absent in a task.",
    "version": "Version of that function.",
    "traits": f"What could be seen beside: {'; '.join(f'{word}: {said}' for word, said in TRAITS.items())}. "
    "Readers pass over words they do not know.",
}
"""Field → what it says. All of them: a test compares with the dataclass."""


def schema() -> dict[str, Any]:
    """The document, as it is published."""
    made = TypeAdapter(Event).json_schema()
    fields = {name: value for name, value in made["properties"].items() if name != "time_ns"}
    head = {"schema": {"const": SCHEMA}, "type": fields.pop("type"), "seq": fields.pop("seq")}
    fields = head | {"time": {"type": "string", "pattern": TIME}} | fields
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": SCHEMA,
        "description": "One line of an event file, a log or a queue. Fields at their default are left out. "
        "Readers ignore fields they do not know.",
        "type": "object",
        "required": ["schema", "type", "seq", "time", "container"],
        "properties": {
            name: _plain(value) | {"description": MEANINGS[name]} for name, value in fields.items()
        },
        "$defs": {name: _plain(value) for name, value in made["$defs"].items()},
    }


def _plain(value: Any) -> Any:
    """Without what only Python needs: titles, and `or null`, since what is not known is left out."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if options := [one for one in value.get("anyOf", ()) if one != {"type": "null"}]:
        return _plain(options[0])
    return {
        key: {name: _plain(inner) for name, inner in part.items()} if key == "properties" else _plain(part)
        for key, part in value.items()
        if key not in ("title", "default")
    }
