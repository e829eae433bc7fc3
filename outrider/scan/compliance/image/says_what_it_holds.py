"""What the image holds can be told: a file system without any record of packages is a blind spot, not a
clean one."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Image


def look(image: Image) -> Seen:
    """Programs without any package are told of."""
    contents = image.contents
    if not contents.executables and not contents.packages:
        return not_applicable("the image holds neither programs nor packages")
    if not contents.packages:
        return failed(f"{len(contents.executables)} programs, and no record of a package")
    return passed(f"{len(contents.packages)} packages")


RULE = Rule(
    name="says_what_it_holds",
    title="The image says what is in it",
    severity=Severity.MEDIUM,
    remedy="Keep the package manager's database, or ship an SBOM and scan that: outrider scan sbom:FILE.",
    look=look,
)
