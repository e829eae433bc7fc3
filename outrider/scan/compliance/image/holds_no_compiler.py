"""No compiler or linker lies in the image: an intruder builds his tools with it."""

from outrider.model.finding import Severity
from outrider.scan.compliance.image.programs import named
from outrider.scan.compliance.rule import Rule, Seen, verdict
from outrider.scan.compliance.subjects import Image

NAMES = frozenset(
    {
        "as",
        "cc",
        "cc1",
        "clang",
        "collect2",
        "g++",
        "gcc",
        "gfortran",
        "go",
        "ld",
        "make",
        "rustc",
        "tcc",
    }
)


def look(image: Image) -> Seen:
    """By the base names of the image's programs."""
    return verdict(named(image, NAMES), "no compiler, assembler or linker")


RULE = Rule(
    name="holds_no_compiler",
    title="The image holds no compiler",
    severity=Severity.LOW,
    remedy="Build in one stage, copy the result into another: COPY --from=build.",
    look=look,
)
