"""Range expressions, held against the programs that define them."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Range
from outrider.scan.versions import ranges
from outrider.scan.versions.registry import scheme_of
from tests.unit.scan.versions.oracles import ask, semver_library
from tests.unit.scan.versions.pairs import MAKERS, dotted

ROOT = Path(__file__).parents[4]

NPM = """
const semver = require(process.argv[1]);
for (const line of require("fs").readFileSync(0, "utf8").split("\\n")) {
  if (!line) continue;
  const [version, range] = line.split("\\t");
  const options = { includePrerelease: true };
  const known = semver.validRange(range, options) !== null && semver.parse(version, true);
  console.log(known ? semver.satisfies(version, range, options) : "x");
}
"""
GEM = """
STDIN.each_line do |line|
  version, text = line.chomp.split("\\t")
  begin
    puts Gem::Requirement.new(text.split(",")).satisfied_by?(Gem::Version.new(version))
  rescue ArgumentError, Gem::Requirement::BadRequirementError
    puts "x"
  end
end
"""
COMPOSER = r"""
require "/usr/share/php/Composer/Semver/autoload.php";
while (($line = fgets(STDIN)) !== false) {
  [$version, $constraint] = explode("\t", rtrim($line, "\n"));
  try { echo Composer\Semver\Semver::satisfies($version, $constraint) ? "true" : "false", "\n"; }
  catch (Exception $error) { echo "x\n"; }
}
"""


def holds(ecosystem: str, found: tuple[Range, ...], version: str) -> bool:
    """As a database evaluates ranges: by keys."""
    scheme = scheme_of(ecosystem)
    assert scheme
    key = scheme.key(version)
    return any(
        (not one.introduced or scheme.key(one.introduced) <= key)
        and (not one.fixed or key < scheme.key(one.fixed))
        and (not one.last_affected or key <= scheme.key(one.last_affected))
        for one in found
    )


def ours(ecosystem: str, version: str, expression: str) -> str:
    try:
        return str(holds(ecosystem, ranges.inside(ecosystem, [expression]), version)).lower()
    except InvalidInput:
        return "x"


def expressions(ecosystem: str, count: int) -> list[tuple[str, str]]:
    """Versions and expressions whose bounds are near them."""
    chance = random.Random(ecosystem)  # noqa: S311 - the same ones every time
    return [EXPRESSIONS[ecosystem](chance) for _ in range(count)]


def npm(chance: random.Random) -> tuple[str, str]:
    """`~1.2` apart: npm's libraries differ over the prereleases of 1.2.0."""
    short = ("x", "*", "0", "1", "2.x", "1.2", "0.1.x", "1.x.x", "0.0", "2.1.*")
    operators = ("", "^", "~", ">=", "<", "<=", ">", "=", ">= ", "< ", "~> ")

    def whole() -> str:
        label = "-" + chance.choice(("a", "0", "rc.1", "a.0")) if chance.random() < 0.3 else ""
        return dotted(chance, "0123", 3, 3) + label

    def partial() -> str:
        return chance.choice(short) if chance.random() < 0.4 else whole()

    def term() -> str:
        operator = chance.choice(operators)
        return operator + (whole() if "~" in operator else partial())

    def alternative() -> str:
        if chance.random() < 0.15:
            return f"{partial()} - {partial()}"
        return " ".join(term() for _ in range(chance.randint(1, 2)))

    return whole(), " || ".join(alternative() for _ in range(chance.randint(1, 2)))


def gem(chance: random.Random) -> tuple[str, str]:
    def version() -> str:
        return chance.choice("0123") + (
            "." + dotted(chance, ("0", "1", "2", "a", "rc1", "10"), 1, 3) if chance.random() < 0.9 else ""
        )

    operators = ("", "~> ", ">= ", "< ", "<=", ">", "!= ", "= ", "~>")
    return version(), ",".join(chance.choice(operators) + version() for _ in range(chance.randint(1, 2)))


def composer(chance: random.Random) -> tuple[str, str]:
    def version() -> str:
        suffix = (
            chance.choice(("-beta1", "-RC2", "-dev", "-alpha", "-patch1", ".*"))
            if chance.random() < 0.3
            else ""
        )
        return dotted(chance, "0123", 1, 3 if suffix else 4) + suffix

    def alternative() -> str:
        if chance.random() < 0.1:
            return f"{version()} - {version()}"
        operators = ("", "^", "~", ">=", "<", "<=", ">", "=", "!=", ">= ", "< ")
        return chance.choice((" ", ", ")).join(
            chance.choice(operators) + version() for _ in range(chance.randint(1, 2))
        )

    plain = version()
    return plain.replace(".*", ".5"), " || ".join(alternative() for _ in range(chance.randint(1, 2)))


EXPRESSIONS = {"npm": npm, "RubyGems": gem, "Packagist": composer}
COMMANDS = {
    "npm": lambda: ("node", "-e", NPM, semver_library()),
    "RubyGems": lambda: ("ruby", "-e", GEM),
    "Packagist": lambda: ("php", "-r", COMPOSER),
}


def differences(ecosystem: str, count: int) -> list[tuple[str, str, str, str]]:
    asked = expressions(ecosystem, count)
    lines = "".join(f"{version}\t{expression}\n" for version, expression in asked)
    theirs = ask(COMMANDS[ecosystem](), (), lines)
    told = [
        (version, expression, ours(ecosystem, version, expression), answer)
        for (version, expression), answer in zip(asked, theirs, strict=True)
    ]
    assert sum(answer == "true" for *_, answer in told) > count // 12
    assert sum(answer == "false" for *_, answer in told) > count // 12
    return [entry for entry in told if entry[3] != "x" and entry[2] != entry[3]]


@pytest.mark.parametrize("ecosystem", EXPRESSIONS)
def test_we_agree(ecosystem: str) -> None:
    assert differences(ecosystem, 800) == []


@pytest.mark.long
@pytest.mark.parametrize("ecosystem", EXPRESSIONS)
def test_we_agree_over_many(ecosystem: str) -> None:
    assert differences(ecosystem, 20_000) == []


def test_specifiers_as_packaging_reads_them() -> None:
    """`<1.0.post1` apart: which prereleases that leaves out is no range."""
    chance = random.Random("specifiers")  # noqa: S311
    wrong = []
    for _ in range(3000):
        version, bound = MAKERS["pep440"](chance), MAKERS["pep440"](chance).partition("+")[0]
        expression = chance.choice((">=", "<=", "<", ">", "==", "!=", "~=")) + chance.choice(
            (bound, version.partition("+")[0])
        )
        if chance.random() < 0.2:
            expression = chance.choice(("==", "!=")) + dotted(chance, "0123", 1, 3) + ".*"
        try:
            answer = SpecifierSet(expression).contains(version, prereleases=True)
        except InvalidSpecifier:
            continue
        if expression.startswith("<") and any(word in expression for word in ("post", "r", "-")):
            continue
        if str(answer).lower() != ours("PyPI", version, expression):
            wrong.append((version, expression, answer))
    assert wrong == []


@pytest.mark.parametrize(
    ("ecosystem", "expression", "expected"),
    [
        ("npm", "<4.3.1 || >=5.0.0 <5.1.2", (Range(fixed="4.3.1"), Range(introduced="5.0.0", fixed="5.1.2"))),
        ("npm", ">1.2.3 <=1.4.0", (Range(introduced="1.2.4-0", last_affected="1.4.0"),)),
        ("npm", "*", (Range(),)),
        ("npm", "<1.0.0 >2.0.0", ()),
        ("RubyGems", "~> 2.3.18", (Range(introduced="2.3.18", fixed="2.4.A"),)),
        ("Maven", "[1.0,2.0)", (Range(introduced="1.0", fixed="2.0"),)),
        ("Maven", "(,1.5],[2.0,)", (Range(last_affected="1.5"), Range(introduced="2.0"))),
        ("Maven", "[1.1]", (Range(introduced="1.1", last_affected="1.1"),)),
        ("NuGet", "(1.0, 2.0]", (Range(introduced="1.0.0.1-0", last_affected=" 2.0"),)),
        ("NuGet", ">= 4.0.0, < 4.0.6", (Range(introduced="4.0.0", fixed="4.0.6"),)),
        ("crates.io", ">= 0.3, < 0.3.4", (Range(introduced="0.3", fixed="0.3.4"),)),
        ("Debian:12", "< 1.2-3", (Range(fixed="1.2-3"),)),
        ("Packagist", ">=2.0,<2.1.3", (Range(introduced="2.0-dev", fixed="2.1.3-dev"),)),
        ("PyPI", ">=1.0,<1.2", (Range(introduced="1.0", fixed="1.2.dev0"),)),
    ],
)
def test_table(ecosystem: str, expression: str, expected: tuple[Range, ...]) -> None:
    assert ranges.inside(ecosystem, [expression]) == expected


def test_what_is_patched_says_what_is_not() -> None:
    patched = ["~> 2.3.18", "~> 3.0.1", ">= 3.1"]
    found = ranges.outside("RubyGems", patched)
    assert [one.fixed for one in found] == ["2.3.18", "3.0.1", "3.1"]
    answers = {
        version: holds("RubyGems", found, version)
        for version in ("2.3.17", "2.3.18", "2.4.0", "3.0.0", "3.0.9")
    }
    assert answers == {"2.3.17": True, "2.3.18": False, "2.4.0": True, "3.0.0": True, "3.0.9": False}
    assert ranges.outside("RubyGems", []) == (Range(),)
    assert ranges.outside("npm", ["*"]) == ()


@pytest.mark.parametrize(
    "ecosystem", ["npm", "RubyGems", "PyPI", "Packagist", "Maven", "NuGet", "crates.io", "Debian:12"]
)
class TestEach:
    @given(text=st.text("0123.-*xX^~<>=!|,[]() avrc+", max_size=30) | st.text(max_size=10))
    @settings(max_examples=150)
    def test_any_text_gives_ranges_or_our_error(self, ecosystem: str, text: str) -> None:
        try:
            found = ranges.inside(ecosystem, [text])
        except InvalidInput:
            return
        scheme = scheme_of(ecosystem)
        assert scheme
        for one in found:
            for bound in (one.introduced, one.fixed, one.last_affected):
                assert not bound or scheme.key(bound)

    @given(one=st.integers(0, 9), other=st.integers(0, 9), asked=st.integers(0, 9))
    @settings(max_examples=60)
    def test_inside_or_outside(self, ecosystem: str, one: int, other: int, asked: int) -> None:
        texts = [f">=1.{one}.0,<1.{other}.0", f"<0.{one}.0"]
        version = f"1.{asked}.0"
        inside = holds(ecosystem, ranges.inside(ecosystem, texts), version)
        assert inside != holds(ecosystem, ranges.outside(ecosystem, texts), version)

    def test_long_ones(self, ecosystem: str) -> None:
        for unit in (">=1.0,", "<1||", "[1,2),", "x.", "- ", "((", "1 ", "!=1.0,"):
            ours(ecosystem, "1.0.0", unit * (limits.RANGE_EXPRESSION // len(unit)))
        with pytest.raises(InvalidInput):
            ranges.inside(ecosystem, ["1" * (limits.RANGE_EXPRESSION + 1)])

    @pytest.mark.parametrize("operator", ["", "^", "~", "<", ">=", "= "])
    def test_numbers_that_python_does_not_convert(self, ecosystem: str, operator: str) -> None:
        ours(ecosystem, "1.0.0", f"{operator}{'9' * 5000}.0.0")


def test_an_ecosystem_without_versions() -> None:
    with pytest.raises(InvalidInput):
        ranges.inside("Plan 9", ["<1"])
