"""Files that go into a scan beside its target: VEX, a signed database, ignore entries, a baseline, models."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outrider.cli.database import signing
from outrider.cli.database.directory import MANIFEST, SIGNATURE
from outrider.policy.signing import format_key
from tests.unit.cli.commands import Outrider
from tests.unit.cli.scanning.artifacts import LANGUAGE_FLAW, OS_FLAW, archive, image, sha

PRIVATE = bytes(range(32))
PUBLIC = format_key(Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw())
OTHER = format_key(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw())


@pytest.fixture
def web(tmp_path: Path) -> str:
    return f"archive:{archive(tmp_path / 'web.tar', {'web:1': image()})}"


def report(outrider: Outrider, *arguments: object, status: int = 0) -> dict[str, Any]:
    result = outrider("scan", *arguments, "--json")
    assert result.status == status, result
    found: dict[str, Any] = json.loads(result.out)
    return found


class TestVex:
    def document(self, path: Path, product: object, status: str = "not_affected", **more: str) -> Path:
        statement = {
            "vulnerability": {"name": OS_FLAW},
            "products": [product],
            "status": status,
            "justification": "vulnerable_code_not_in_execute_path",
            **more,
        }
        told = {"@context": "https://openvex.dev/ns/v0.2.0", "author": "ACME", "statements": [statement]}
        path.write_text(json.dumps(told))
        return path

    @pytest.mark.parametrize(
        "product",
        [
            {"@id": "pkg:deb/debian/lamp@1.2-1"},
            {"@id": "pkg:deb/debian/lamp"},
            {"@id": sha(image().manifest), "subcomponents": [{"@id": "pkg:deb/debian/lamp"}]},
            {"@id": f"pkg:oci/web@{sha(image().manifest).replace(':', '%3A')}"},
            {"hashes": {"sha-256": sha(image().manifest)[7:]}},
        ],
    )
    def test_what_does_not_affect_is_ignored_with_its_reason(
        self, product: dict[str, object], outrider: Outrider, tmp_path: Path, database: Path
    ) -> None:
        from tests.unit.cli.scanning.artifacts import layout  # noqa: PLC0415

        web = f"oci:{layout(tmp_path / 'web', {'web': image()})}"
        vex = self.document(tmp_path / "vex.json", product)
        found = report(outrider, web, "--db", database, "--vex", vex)
        assert {one["id"] for one in found["vulnerabilities"]} == {LANGUAGE_FLAW}
        assert found["ignored"] == [
            {
                "subject": f"{OS_FLAW} in lamp 1.2-1",
                "reason": "VEX: not affected: vulnerable_code_not_in_execute_path",
                "owner": "ACME",
                "expires": "",
            }
        ]

    def test_the_gate_does_not_count_it(
        self, outrider: Outrider, web: str, tmp_path: Path, database: Path
    ) -> None:
        vex = self.document(tmp_path / "vex.json", "pkg:deb/debian/lamp")
        gate = ("--db", database, "--only", "os", "--fail-on", "high")
        assert outrider("scan", web, *gate).status == 1
        assert outrider("scan", web, *gate, "--vex", vex).status == 0

    def test_another_product_or_another_status_takes_nothing_away(
        self, outrider: Outrider, web: str, tmp_path: Path, database: Path
    ) -> None:
        others = self.document(tmp_path / "a.json", "pkg:deb/debian/lantern")
        affected = self.document(tmp_path / "b.json", "pkg:deb/debian/lamp", "affected")
        found = report(outrider, web, "--db", database, "--vex", others, "--vex", affected)
        (flaw,) = [one for one in found["vulnerabilities"] if one["id"] == OS_FLAW]
        assert "VEX: affected" in flaw["status"]
        assert not found["ignored"]

    def test_one_that_cannot_be_read_stops_the_scan_before_it_begins(
        self, outrider: Outrider, tmp_path: Path
    ) -> None:
        good = self.document(tmp_path / "good.json", "pkg:deb/debian/lamp")
        (tmp_path / "bad.json").write_text('{"@context": "something else"}')
        result = outrider("scan", "127.0.0.1:1/x", "--vex", good, "--vex", tmp_path / "bad.json")
        assert result.status == 3
        assert "bad.json is not OpenVEX" in result.err


class TestDatabaseKey:
    @pytest.fixture
    def signed(self, tmp_path: Path, database: Path) -> Path:
        where = tmp_path / "signed"
        shutil.copytree(database, where)
        (where / SIGNATURE).write_bytes(signing.sign((where / MANIFEST).read_bytes(), PRIVATE))
        return where

    def test_one_that_the_key_signed_is_taken(
        self, outrider: Outrider, web: str, signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert report(outrider, web, "--db", signed, "--db-key", PUBLIC)["vulnerabilities"]
        (tmp_path / "key.pub").write_text(PUBLIC + "\n")
        assert report(outrider, web, "--db", signed, "--db-key", tmp_path / "key.pub")["vulnerabilities"]
        monkeypatch.setenv("OUTRIDER_DB_KEY", PUBLIC)
        assert report(outrider, web, "--db", signed)["vulnerabilities"]

    @pytest.mark.parametrize("fault", ["unsigned", "changed", "other key", "cut", "empty"])
    def test_any_other_is_not_asked(self, fault: str, outrider: Outrider, web: str, signed: Path) -> None:
        signature = signed / SIGNATURE
        if fault == "unsigned":
            signature.unlink()
        elif fault == "changed":
            (signed / MANIFEST).write_bytes((signed / MANIFEST).read_bytes() + b"\n")
        elif fault == "cut":
            signature.write_bytes(signature.read_bytes()[:100])
        elif fault == "empty":
            signature.write_bytes(b"")
        key = OTHER if fault == "other key" else PUBLIC
        found = report(outrider, web, "--db", signed, "--db-key", key, status=3)
        assert not found["vulnerabilities"]
        assert not found["database"]["digest"]
        assert found["partial"] is True
        (failed,) = [one for one in found["outcomes"] if one["outcome"] == "failed"]
        assert failed["subject"] == "advisory database"
        assert "sign" in failed["error"]

    @pytest.mark.parametrize("key", ["short", "A" * 44, "no/such/file"])
    def test_what_is_no_key_stops_the_scan_before_it_begins(self, key: str, outrider: Outrider) -> None:
        result = outrider("scan", "127.0.0.1:1/x", "--db-key", key)
        assert result.status in {2, 3}
        assert "127.0.0.1" not in result.err


def test_ignore_entries_and_a_baseline(outrider: Outrider, web: str, database: Path, tmp_path: Path) -> None:
    gate = ("--db", database, "--fail-on", "high")
    (tmp_path / "ignore.yaml").write_text(
        "ignore:\n"
        f"  - {{id: {OS_FLAW}, reason: no wick, owner: ops, expires: 2027-01-01}}\n"
        f"  - {{id: {LANGUAGE_FLAW}, reason: no door, owner: ops, expires: 2027-01-01}}\n"
    )
    result = outrider("scan", web, *gate, "--ignore", tmp_path / "ignore.yaml")
    assert result.status == 1
    assert "the gate fails: 1 reason" in result.out
    outrider("scan", web, "--db", database, "--json", "-o", tmp_path / "before.json")
    assert outrider("scan", web, *gate, "--baseline", tmp_path / "before.json").status == 0


def test_a_pack_by_name(outrider: Outrider, web: str, database: Path) -> None:
    found = report(outrider, web, "--db", database, "--pack", "cis-docker")
    assert {control["pack"] for check in found["checks"] for control in check["controls"]} == {"cis-docker"}
    wrong = outrider("scan", web, "--pack", "cis-dokcer")
    assert wrong.status == 2
    assert "there are" in wrong.err
    assert "cis-docker" in wrong.err
