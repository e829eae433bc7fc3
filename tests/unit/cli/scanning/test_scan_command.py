"""`outrider scan` as scripts meet it: exit statuses, options that exclude each other, where reports go."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from outrider.report.registry import FORMATS
from tests.unit.cli.commands import Outrider
from tests.unit.cli.scanning.artifacts import (
    APP,
    BASE,
    DPKG,
    FUNCTION,
    LANGUAGE_FLAW,
    OS_FLAW,
    OS_RELEASE,
    archive,
    folder,
    image,
    zipped,
)

CLEAN = {"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": DPKG.replace(b"1.2-1", b"1.2-1+deb12u1")}


@pytest.fixture
def web(tmp_path: Path) -> str:
    """An image with a flaw of each kind."""
    return f"archive:{archive(tmp_path / 'web.tar', {'web:1': image()})}"


@pytest.fixture
def clean(tmp_path: Path) -> str:
    return f"archive:{archive(tmp_path / 'clean.tar', {'clean:1': image(CLEAN)})}"


class TestExitStatus:
    def test_0_when_all_was_looked_at_and_nothing_was_asked(
        self, outrider: Outrider, web: str, database: Path
    ) -> None:
        assert not outrider.ok("scan", web, "--db", database).err

    def test_0_within_the_thresholds(self, outrider: Outrider, clean: str, database: Path) -> None:
        assert "the gate lets it pass" in outrider.ok("scan", clean, "--db", database, "--fail-on", "low").out

    def test_1_over_them(self, outrider: Outrider, web: str, database: Path) -> None:
        result = outrider("scan", web, "--db", database, "--fail-on", "high")
        assert result.status == 1
        assert "the gate fails: 3 reasons" in result.out
        assert "of a severity nobody knows, and counted as high: 1" in result.err

    def test_a_severity_that_nobody_knows_fails_at_high_and_not_at_critical(
        self, outrider: Outrider, tmp_path: Path, database: Path
    ) -> None:
        base = f"archive:{archive(tmp_path / 'base.tar', {'base:1': image(BASE)})}"
        only = ("--db", database, "--only", "os")
        assert outrider("scan", base, *only, "--fail-on", "high").status == 1
        assert outrider("scan", base, *only, "--fail-on", "critical").status == 0

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--no-such-option"],
            ["--only", "os,everything"],
            ["--format", "pdf"],
            ["--fail-on", "unknown"],
            ["--fail-on", "bad"],
            ["--platform", "arm64"],
            ["--also", "sarif"],
            ["--also", "pdf=x"],
            ["--jobs", "0"],
            ["--max-age", "-1"],
            ["--fail-on", "low", "--thresholds", "x"],
            ["--json", "--format", "html"],
            ["--pack", "no-such-pack"],
            ["--thresholds", "gone"],
            ["--ignore", "gone"],
            ["--baseline", "gone"],
            ["--vex", "gone"],
            ["--model", "gone"],
            ["-o", "no/such/folder/x"],
            ["-o", "x", "--also", "sarif=./x"],
            ["--also", "sarif=-"],
            ["--also", "sarif=x", "--also", "html=x"],
        ],
        ids=" ".join,
    )
    def test_2_for_wrong_usage_before_anything_is_read(
        self, arguments: list[str], outrider: Outrider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = outrider("scan", "registry:127.0.0.1:1/never/asked", *arguments)
        assert result.status == 2, result
        assert not result.out
        assert "127.0.0.1" not in result.err
        assert not list(tmp_path.glob("[!c]*"))

    def test_2_without_a_target_and_for_two_images(self, outrider: Outrider, web: str) -> None:
        assert outrider("scan").status == 2
        result = outrider("scan", web, web)
        assert result.status == 2
        assert "only zips go together" in result.err

    def test_3_when_something_could_not_be_looked_at(self, outrider: Outrider, web: str) -> None:
        result = outrider("scan", web)
        assert result.status == 3
        assert result.out.startswith("PARTIAL: ")
        assert "there is no advisory database" in result.out
        assert "1 secret" in result.out, "the rest is looked at all the same"

    def test_3_for_a_file_that_is_not_what_it_should_be(self, outrider: Outrider, tmp_path: Path) -> None:
        for option in ("--thresholds", "--ignore", "--baseline", "--vex", "--model"):
            (tmp_path / "bad").write_bytes(b"\xff\xfe{")
            result = outrider("scan", "registry:127.0.0.1:1/never/asked", option, tmp_path / "bad")
            assert result.status == 3, option
            assert "127.0.0.1" not in result.err

    def test_4_when_the_registry_is_not_there(self, outrider: Outrider) -> None:
        result = outrider("scan", "127.0.0.1:1/team/app:1", "--registry-http", "127.0.0.1:1")
        assert result.status == 4
        assert "cannot reach 127.0.0.1:1" in result.err

    def test_the_gate_counts_before_what_is_missing(self, outrider: Outrider, web: str) -> None:
        assert outrider("scan", web, "--fail-on", "high").status == 1, (
            "the secret is found without a database"
        )

    def test_a_report_that_cannot_be_written_is_4_and_the_others_are_written(
        self, outrider: Outrider, web: str, database: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "there").mkdir()
        result = outrider(
            "scan", web, "--db", database, "-o", tmp_path / "a.txt",
            "--also", f"json={tmp_path}/there", "--also", f"html={tmp_path}/b.html",
        )  # fmt: skip
        assert result.status in {2, 4}
        assert "there" in result.err
        assert (tmp_path / "a.txt").read_text().startswith("5 covered")
        assert (tmp_path / "b.html").read_text().startswith("<!DOCTYPE html>")


class TestReports:
    def test_every_format_of_one_scan(
        self, outrider: Outrider, web: str, database: Path, tmp_path: Path
    ) -> None:
        also = [part for name in FORMATS for part in ("--also", f"{name}={tmp_path}/{name}")]
        first = outrider.ok("scan", web, "--db", database, *also).out
        for name in FORMATS:
            assert outrider.ok("scan", web, "--db", database, "--format", name).out.encode() == (
                first.encode() if name == "text" else (tmp_path / name).read_bytes()
            ), "two runs, the same bytes"

    def test_details_count_in_a_file_too(
        self, outrider: Outrider, web: str, database: Path, tmp_path: Path
    ) -> None:
        shown = outrider.ok("scan", web, "--db", database, "--details").out
        outrider.ok("scan", web, "--db", database, "--details", "-o", tmp_path / "report.txt")
        assert (tmp_path / "report.txt").read_text() == shown
        assert "Coach door opens while driving" in shown

    def test_nothing_on_stderr_and_no_colour_where_there_is_no_terminal(
        self, outrider: Outrider, web: str, database: Path
    ) -> None:
        result = outrider.ok("scan", web, "--db", database)
        assert not result.err
        assert "\x1b" not in result.out

    def test_the_help_fits_and_names_every_option(
        self, outrider: Outrider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "100")
        shown = outrider.ok("scan", "--help").out
        assert max(map(len, shown.splitlines())) <= 100
        from outrider.cli.scan import command  # noqa: PLC0415
        from outrider.cli.targets.target import KINDS  # noqa: PLC0415

        for option in command.params:
            assert option.name == "targets" or (getattr(option, "help", "") and option.opts[0] in shown)
        assert all(f"\n  {kind}:" in shown for kind in KINDS)


class TestOnly:
    def report(self, outrider: Outrider, *arguments: object) -> dict[str, object]:
        result = outrider("scan", *arguments, "--json")
        assert result.status == 0, result
        found: dict[str, object] = json.loads(result.out)
        return found

    @pytest.mark.parametrize(
        ("only", "flaws"),
        [
            ("os", {OS_FLAW}),
            ("language", {LANGUAGE_FLAW}),
            ("os,language", {OS_FLAW, LANGUAGE_FLAW}),
            ("os,compliance", {OS_FLAW}),
            ("compliance", set()),
            ("secrets", set()),
        ],
    )
    def test_what_was_not_asked_for_is_neither_found_nor_claimed(
        self, only: str, flaws: set[str], outrider: Outrider, web: str, database: Path
    ) -> None:
        found = self.report(outrider, web, "--db", database, "--only", only)
        assert found["scanned"] == only.split(",")
        assert {one["id"] for one in found["vulnerabilities"]} == flaws  # type: ignore[attr-defined]
        assert bool(found["secrets"]) is ("secrets" in only)
        assert bool(found["checks"]) is ("compliance" in only)
        types = {one["type"] for one in found["packages"]}  # type: ignore[attr-defined]
        assert types == ({"deb"} if "os" in only else set()) | ({"pypi"} if "language" in only else set())

    def test_without_the_database_no_rule_on_vulnerabilities_passes(
        self, outrider: Outrider, clean: str, database: Path
    ) -> None:
        def answers(*arguments: object) -> set[str]:
            checks = json.loads(outrider("scan", clean, "--json", *arguments).out)["checks"]
            return {one["answer"] for one in checks if "exploited" in one["rule"] or "fixable" in one["rule"]}

        assert answers("--db", database) == {"pass"}
        assert answers() == {"not applicable"}
        assert answers("--db", database, "--only", "os,compliance") == {"not applicable"}

    def test_a_rule_that_fails_fails_whatever_was_not_seen(
        self, outrider: Outrider, web: str, database: Path
    ) -> None:
        found = self.report(outrider, web, "--db", database, "--only", "language,compliance")
        (rule,) = [one for one in found["checks"] if one["rule"] == "has_no_fixable_vulnerability"]  # type: ignore[attr-defined]
        assert rule["answer"] == "fail"

    def test_packages_are_expected_of_images_and_not_of_functions(
        self, outrider: Outrider, tmp_path: Path, database: Path
    ) -> None:
        bare = archive(tmp_path / "bare.tar", {"bare:1": image({"app": b"x"})})
        result = outrider("scan", f"archive:{bare}", "--db", database)
        assert result.status == 3
        assert "NO_PACKAGES" in result.out
        (tmp_path / "f.zip").write_bytes(zipped({"handler.py": b"x = 1\n"}))
        assert (
            "skipped: packages: NO_PACKAGES" in outrider.ok("scan", tmp_path / "f.zip", "--db", database).out
        )

    @pytest.mark.parametrize(
        ("target", "only", "possible"),
        [("dir", "compliance", "os,language,secrets"), ("task", "os,language", "secrets,compliance")],
    )
    def test_where_nothing_is_left_to_look_for_it_is_wrong_usage(
        self, target: str, only: str, possible: str, outrider: Outrider, tmp_path: Path
    ) -> None:
        folder(tmp_path / "d", BASE)
        (tmp_path / "t.json").write_text('{"family": "x", "containerDefinitions": [{"name": "web"}]}')
        where = tmp_path / ("d" if target == "dir" else "t.json")
        result = outrider("scan", f"{target}:{where}", "--only", only)
        assert result.status == 2
        assert f"--only {possible}" in result.err

    def test_what_is_left_out_of_a_list_is_said(
        self, outrider: Outrider, tmp_path: Path, database: Path
    ) -> None:
        where = folder(tmp_path / "d", {**BASE, **APP})
        result = outrider.ok("scan", where, "--db", database, "--only", "os,compliance", "--json")
        assert json.loads(result.out)["scanned"] == ["os"]
        assert "there is no compliance to look for in dir: targets" in result.err

    def test_a_threshold_on_secrets_is_no_pass_where_nobody_looked(
        self, outrider: Outrider, web: str, tmp_path: Path, database: Path
    ) -> None:
        (tmp_path / "gate.yaml").write_text("secrets: {}\n")
        gate = ("--thresholds", tmp_path / "gate.yaml", "--db", database)
        result = outrider("scan", web, *gate, "--only", "os")
        assert result.status == 1
        assert "secrets were not looked for" in result.out


class TestMoment:
    @pytest.mark.parametrize("value", ["soon", "²", "9" * 30, "-" + "9" * 30, "1.5"])
    def test_an_epoch_that_is_no_moment_is_wrong_usage(
        self, value: str, outrider: Outrider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
        result = outrider("scan", "127.0.0.1:1/x")
        assert result.status == 2
        assert "SOURCE_DATE_EPOCH" in result.err

    def test_a_database_that_is_too_old_is_told_of(
        self, outrider: Outrider, web: str, database: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1795780800 + 30 * 86400))
        result = outrider("scan", web, "--db", database)
        assert result.status == 3
        assert "STALE_DB(30.0 days)" in result.out
        assert outrider("scan", web, "--db", database, "--max-age", "31").status == 0


PROGRAM = "from outrider.cli.main import main; main()"


@pytest.mark.parametrize(("gate", "status"), [([], 0), (["--fail-on", "high"], 1)])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_reader_that_has_seen_enough_changes_no_status(
    form: str, gate: list[str], status: int, web: str, database: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "SOURCE_DATE_EPOCH": "1795780800"}  # noqa: PTH109
    command = [sys.executable, "-c", PROGRAM, "scan", web, "--no-cache", "--db", str(database), *gate]
    try:
        done = subprocess.run(
            [*command, "--format", form], stdout=writing, stderr=subprocess.PIPE, env=environment, check=False
        )
    finally:
        os.close(writing)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


@pytest.mark.parametrize("no_colour", [True, False])
def test_no_color_is_heeded_on_a_terminal(no_colour: bool, web: str, database: Path) -> None:
    script = shutil.which("script")
    assert script, "util-linux"
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "TERM": "xterm-256color"}  # noqa: PTH109
    environment |= {"SOURCE_DATE_EPOCH": "1795780800", "PY": sys.executable, "CODE": PROGRAM, "WEB": web}
    environment |= {"DB": str(database)} | ({"NO_COLOR": "1"} if no_colour else {})
    line = '"$PY" -c "$CODE" scan "$WEB" --no-cache --db "$DB" 2>/dev/null'
    done = subprocess.run(
        [script, "-qec", line, "/dev/null"], stdout=subprocess.PIPE, env=environment, check=False
    )
    assert done.returncode == 0
    coloured = any(f"\x1b[{code}m".encode() in done.stdout for code in ("31", "1;31", "33", "36", "32"))
    assert coloured is not no_colour


def test_the_same_zip_twice_is_two_parts(outrider: Outrider, tmp_path: Path, database: Path) -> None:
    (tmp_path / "f.zip").write_bytes(zipped(FUNCTION))
    found = outrider.ok("scan", f"zip:{tmp_path}/f.zip", f"zip:{tmp_path}/f.zip", "--db", database, "--json")
    paths = {package["path"] for package in json.loads(found.out)["packages"]}
    assert {path.split("/")[1] for path in paths} == {"var", "opt"}
