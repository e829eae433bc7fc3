"""Images: never seen before, unchanged, with a new top layer, and one of three million empty files."""

import contextlib
import re
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.benchmark import Benchmark, Series, Variant
from benchmarks.scan import layouts, material
from benchmarks.scan.scanner import BESIDE, command, outrider, series, timed
from benchmarks.stage import Stage
from benchmarks.trial import Trial, TrialFailed, serving

_ASKED = re.compile(rb'"(?:GET|HEAD) (/v2/[^ ]+) ')


def _cold(how: str) -> Benchmark:
    """An image nobody has seen; its files are in the page cache, as they are after a pull."""

    def once(trial: Trial) -> Sequence[float]:
        layout = _layout(trial.stage, f"cold-{how}", [material.packed(trial.stage, how)])
        cache = trial.stage.work / "scan-cache"
        material.forget(cache)
        return timed(command(trial.variant, layout, "--no-cache"), cache)

    return Benchmark(
        name=f"scan-image-{how}",
        series=series(f"scan of an image never seen, {how}"),
        once=once,
        variants=BESIDE,
        rounds=3,
        quick_rounds=1,
    )


def _layout(stage: Stage, name: str, layers: Sequence[Path | bytes]) -> Path:
    """A layout, written once a run."""
    where = stage.work / "layouts" / name
    return where if where.exists() else layouts.write(where, layers)


def _unchanged(trial: Trial) -> Sequence[float]:
    with _pushed(trial.stage, "unchanged", []) as (reference, log):
        cache = trial.stage.work / "scan-cache-unchanged"
        words = outrider(f"registry:{reference}", "--registry-http", reference.partition("/")[0], "--json")
        timed(words, cache)
        before = len(_asked(log))
        measured = timed(words, cache)
        return *measured, len(_asked(log)) - before


def _changed(trial: Trial) -> Sequence[float]:
    cache = trial.stage.work / "scan-cache-changed"
    material.forget(cache)
    with _pushed(trial.stage, "first", [material.changed(b"1")]) as (reference, _):
        host = reference.partition("/")[0]
        timed(outrider(f"registry:{reference}", "--registry-http", host, "--json"), cache)
    with _pushed(trial.stage, "second", [material.changed(b"2")]) as (reference, log):
        host = reference.partition("/")[0]
        before = len(_asked(log))
        measured = timed(outrider(f"registry:{reference}", "--registry-http", host, "--json"), cache)
        layers = [path for path in _asked(log)[before:] if b"/blobs/" in path]
        return *measured, len(layers) - 1  # without the config


@contextlib.contextmanager
def _pushed(stage: Stage, name: str, top: Sequence[bytes]) -> Iterator[tuple[str, Path]]:
    """Debian's registry with the image in it: its reference, and the registry's log."""
    layout = _layout(stage, f"registry-{name}", [material.packed(stage, "gzip"), *top])
    where = stage.work / "registry"
    where.mkdir(exist_ok=True)
    port = stage.port("registry")
    (where / "config.yml").write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {where}/data}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n"
    )
    reference = f"127.0.0.1:{port}/bench:{name}"
    with serving(["docker-registry", "serve", str(where / "config.yml")], [port], where):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/", timeout=5).close()
        copy = ["skopeo", "copy", "--quiet", "--insecure-policy", "--dest-tls-verify=false"]
        words = [*copy, f"oci:{layout}", f"docker://{reference}"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise TrialFailed(f"skopeo could not push: {done.stderr[-500:]}")
        yield reference, where / "server.log"


def _asked(log: Path) -> list[bytes]:
    """What a registry was asked for so far, without the greeting `/v2/`."""
    return [path for path in _ASKED.findall(log.read_bytes()) if path != b"/v2/"]


def _millions(trial: Trial) -> Sequence[float]:
    layout = _layout(trial.stage, "empties", [material.empties(trial.stage)])
    return timed(command(Variant.OURS, layout, "--no-cache"), trial.stage.work / "scan-cache")


IMAGES = (
    *(_cold(how) for how in ("plain", "gzip", "zstd")),
    Benchmark(
        name="scan-unchanged",
        series=(
            *series("scan of an unchanged image"),
            Series("requests", "asked of the registry", "requests"),
        ),
        once=_unchanged,
        variants=(Variant.OURS,),
        rounds=3,
        quick_rounds=1,
        needs=("docker-registry", "skopeo"),
    ),
    Benchmark(
        name="scan-changed",
        series=(
            *series("scan of an image with a new top layer"),
            Series("layers", "layers fetched", "layers"),
        ),
        once=_changed,
        variants=(Variant.OURS,),
        rounds=3,
        quick_rounds=1,
        needs=("docker-registry", "skopeo"),
    ),
    Benchmark(
        name="scan-millions",
        series=series("scan of 3,000,000 empty files"),
        once=_millions,
        variants=(Variant.OURS,),
        rounds=1,
        quick_rounds=1,
    ),
)
