"""Each recipe's own shell, run: a clean image passes, one over the gate fails the job, reports are kept."""

import json
from pathlib import Path

import pytest
from defusedxml import ElementTree as Xml
from recipes import ALL
from surroundings import INDEX, Job, Surroundings, advisory, save

from demo import task

pytestmark = pytest.mark.whole

ALIKE = ("github-actions.yml", "buildspec.yml")
"""Their shell for this is that of gitlab-ci.yml."""

GATE = "version: 1\nseverity: medium\n"
"""By a file of the repository, in place of the default."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Surroundings:
    return Surroundings(tmp_path_factory.mktemp("ci"))


@pytest.fixture(scope="module")
def clean(machine: Surroundings) -> Path:
    return save(machine.where / "clean.tar", openssl="3.0.99-1", pricing="2.0")


@pytest.fixture(scope="module")
def vulnerable(machine: Surroundings) -> Path:
    return save(machine.where / "vulnerable.tar", openssl="3.0.1-1", pricing="1.0")


@pytest.fixture(scope="module")
def published(machine: Surroundings) -> str:
    """Where a company keeps its database."""
    (machine.where / "advisory.json").write_text(advisory())
    machine.apt()
    feeds = ("advisory.json", f"apt-packages:lists/{INDEX}")
    task.outrider(("db", "build", *feeds, "-o", "published"), machine.where)
    return str(machine.where / "published")


def reports(job: Job) -> tuple[set[str], list[str]]:
    """Rules of the SARIF results, and the names of the test cases that failed."""
    sarif = json.loads((job.where / "outrider.sarif").read_text())
    assert sarif["version"] == "2.1.0"
    junit = Xml.parse(job.where / "outrider.xml").getroot()
    assert junit.tag == "testsuites"
    if (job.where / "outrider.cdx.json").exists():
        assert json.loads((job.where / "outrider.cdx.json").read_text())["bomFormat"] == "CycloneDX"
    else:
        assert (job.where / "outrider.html").read_text().startswith("<!DOCTYPE html>")
    return {result["ruleId"] for result in sarif["runs"][0]["results"]}, [
        case.get("name") for case in junit.iter("testcase") if case.find("failure") is not None
    ]


@pytest.mark.parametrize("name", ALL)
def test_a_clean_image_passes(name: str, machine: Surroundings, clean: Path, published: str) -> None:
    variables = {"IMAGE": "archive:image.tar", "OUTRIDER_DB_SOURCE": published}
    job = _run(machine, name, clean, {}, variables)
    assert job.status == 0, job.said
    assert "the gate lets it pass" in job.said
    assert reports(job)[1] == []
    assert "pip install --quiet outrider" in job.calls
    assert (job.where / ".outrider" / "db" / "manifest.json").exists()
    assert any((job.where / ".outrider" / "cache").iterdir())


@pytest.mark.parametrize("name", ALL)
def test_a_finding_over_the_gate_fails_the_job(
    name: str, machine: Surroundings, vulnerable: Path, published: str
) -> None:
    variables = {"IMAGE": "archive:image.tar", "OUTRIDER_DB_SOURCE": published}
    job = _run(machine, name, vulnerable, {}, variables)
    assert job.status == 1, job.said
    rules, failures = reports(job)
    assert "SHOP-1" in rules
    assert "SHOP-1 in shop-pricing 1.0" in failures


@pytest.mark.parametrize(
    "name",
    ["gitlab-ci.yml", "Jenkinsfile", *(pytest.param(name, marks=pytest.mark.long) for name in ALIKE)],
)
def test_without_a_source_the_machines_own_index_is_asked_and_a_gate_of_the_repository(
    name: str, machine: Surroundings, vulnerable: Path
) -> None:
    variables = {"IMAGE": "archive:image.tar", "OUTRIDER_DB_SOURCE": "", "APT_CONFIG": str(machine.apt())}
    job = _run(machine, name, vulnerable, {"outrider-gate.yaml": GATE}, variables)
    assert job.status == 1, job.said
    assert "DEBIAN-SECURITY:openssl" in reports(job)[0]


def test_gitlab_logs_in_to_its_registry(machine: Surroundings, clean: Path, published: str) -> None:
    variables = {"IMAGE": "archive:image.tar", "OUTRIDER_DB_SOURCE": published}
    login = {"CI_REGISTRY": "registry.example", "CI_REGISTRY_USER": "ci", "CI_REGISTRY_PASSWORD": "p" * 80}
    job = _run(machine, "gitlab-ci.yml", clean, {}, variables | login)
    assert job.status == 0, job.said
    config = json.loads((job.where / ".docker" / "config.json").read_text())
    assert list(config["auths"]) == ["registry.example"]


def test_an_image_that_was_not_built_is_no_pass(machine: Surroundings, published: str) -> None:
    job = _run(machine, "github-actions.yml", Path("/no/such"), {}, {"OUTRIDER_DB_SOURCE": published})
    assert job.status != 0


def _run(
    machine: Surroundings, name: str, image: Path, files: dict[str, str], variables: dict[str, str]
) -> Job:
    recipe = ALL[name]()
    if name == "gitlab-ci.yml":  # an earlier job pushed the image; here it lies in the workspace
        variables = variables | {"IMAGE": f"archive:{image}"}
    return machine.run(recipe, image, files={"Dockerfile": "FROM scratch\n", **files}, **variables)
