"""Golden pairs of the transformation: what goes in, and what came out when somebody last looked at it.

Each folder `inject/NN-name/` holds `input.json`, `images.json` (container → entrypoint, cmd, … or a failure),
`settings.json`, and what is compared: `outcomes.json` and, unless the definition is refused, `expected.json`.

To add one: make a folder with `input.json` (the other two when needed), regenerate, review the diff.

    python tests/golden/inject_cases.py        regenerates outcomes.json and expected.json of every folder
"""

import json
from pathlib import Path
from typing import Any

from outrider.cli.aws.validate import check_register
from outrider.cli.outcomes import as_json
from outrider.errors import OutriderError
from outrider.inject.settings import OnFailure, Settings
from outrider.inject.task_definition import inject
from outrider.model.event import Mode
from outrider.model.image import ImageConfig, ResolvedImage
from outrider.model.outcome import Failed

CASES = Path(__file__).parent / "inject"
SIDECAR = "public.ecr.aws/outrider/sidecar@sha256:" + "5" * 64


def folders() -> list[Path]:
    """Every case, in order."""
    return sorted(path.parent for path in CASES.glob("*/input.json"))


def run(folder: Path) -> dict[str, Any]:
    """File name → its content as it is now."""
    given = _read(folder / "input.json")
    try:
        result = inject(
            given, _images(_optional(folder / "images.json")), _settings(_optional(folder / "settings.json"))
        )
        unknown = check_register(result.document)
    except OutriderError as error:
        return {"outcomes.json": {"refused": error.message, "hint": error.hint}}
    outcomes = {**as_json(result.outcomes, result.warnings), "unknown": unknown}
    return {"outcomes.json": outcomes, "expected.json": result.document}


def text(value: Any) -> str:
    """JSON as it is kept; the order of keys is part of what is compared."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _settings(raw: dict[str, Any]) -> Settings:
    kinds: dict[str, Any] = {
        "mode": Mode, "on_failure": OnFailure, "skip": frozenset, "include": frozenset,
    }  # fmt: skip
    values = {name: kinds[name](value) if name in kinds else value for name, value in raw.items()}
    return Settings(**{"sidecar_image": SIDECAR, **values})


def _images(raw: dict[str, Any]) -> dict[str, ResolvedImage | Failed]:
    return {name: _image(name, fields) for name, fields in raw.items()}


def _image(name: str, fields: dict[str, Any]) -> ResolvedImage | Failed:
    if "error" in fields:
        return Failed(f"container {name}", fields["error"], fields.get("hint", ""))
    texts = {key: fields[key] for key in ("user", "working_dir") if key in fields}
    words = {key: tuple(fields[key]) for key in ("entrypoint", "cmd") if key in fields}
    config = ImageConfig(**texts, **words)
    return ResolvedImage(
        reference=fields.get("reference", ""), config=config, pinned=fields.get("pinned", "")
    )


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text())
    return value


def _optional(path: Path) -> dict[str, Any]:
    return _read(path) if path.exists() else {}


if __name__ == "__main__":
    for case in folders():
        for old in ("outcomes.json", "expected.json"):
            (case / old).unlink(missing_ok=True)
        for name, value in run(case).items():
            (case / name).write_text(text(value))
