"""The ecosystems' own programs, asked which of two versions is the older one.

Each takes pairs and answers one line a pair: `-1`, `0`, `1`, or `x` where it does not take one of them.
"""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from packaging.version import InvalidVersion, Version

from tests.unit.scan.versions.pairs import Pair

HERE = Path(__file__).parent

DPKG = r"""
while IFS=' ' read -r a b; do
  if dpkg --compare-versions "$a" lt "$b" 2>/dev/null; then echo -1
  elif dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo 0
  elif dpkg --compare-versions "$a" gt "$b" 2>/dev/null; then echo 1
  else echo x; fi
done
"""
RPM = """%{lua:
for line in io.lines("PAIRS") do
  local a, b = line:match("^([^ ]+) ([^ ]+)$")
  print(string.format("%d\\n", rpm.vercmp(a, b)))
end}"""
GEM = """
STDIN.each_line do |line|
  a, b = line.chomp.split(" ")
  ok = Gem::Version.correct?(a) && Gem::Version.correct?(b)
  puts(ok ? (Gem::Version.new(a) <=> Gem::Version.new(b)) : "x")
end
"""
SEMVER = """
const semver = require(process.argv[1]);
for (const line of require("fs").readFileSync(0, "utf8").split("\\n")) {
  if (!line) continue;
  const [a, b] = line.split(" ").map((text) => semver.parse(text, process.argv[2] === "loose"));
  console.log(a && b ? a.compare(b) : "x");
}
"""
COMPOSER = r"""
require "/usr/share/php/Composer/Semver/autoload.php";
$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
  [$a, $b] = explode(" ", trim($line));
  try { echo version_compare($parser->normalize($a), $parser->normalize($b)), "\n"; }
  catch (Exception $error) { echo "x\n"; }
}
"""
MAVEN = """
import org.apache.maven.artifact.versioning.ComparableVersion;
class Oracle {
  public static void main(String[] none) throws Exception {
    var in = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] two = line.split(" ");
      var left = new ComparableVersion(two[0]);
      System.out.println(Integer.signum(left.compareTo(new ComparableVersion(two[1]))));
    }
  }
}
"""
JARS = "/usr/share/java/maven3-artifact.jar:/usr/share/java/commons-lang3.jar"


def ask(command: Sequence[str], pairs: Sequence[Pair], lines: str = "") -> list[str]:
    """One process for all of them."""
    lines = lines or "".join(f"{left} {right}\n" for left, right in pairs)
    answer = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return answer.stdout.split()


def dpkg(pairs: Sequence[Pair], _: Path) -> list[str]:
    """What begins with a dash it would take for an option; an epoch of 0 says nothing."""
    plain = [tuple(f"0:{one}" if one.startswith("-") else one for one in pair) for pair in pairs]
    return ask(("sh", "-c", DPKG), [(left, right) for left, right in plain])


def rpm(pairs: Sequence[Pair], scratch: Path) -> list[str]:
    """Its Lua cannot read standard input."""
    file = scratch / "pairs"
    file.write_text("".join(f"{left} {right}\n" for left, right in pairs))
    return ask(("rpm", "--eval", RPM.replace("PAIRS", str(file))), ())


def gem(pairs: Sequence[Pair], _: Path) -> list[str]:
    return ask(("ruby", "-e", GEM), pairs)


def semver_library() -> str:
    """npm brings its own."""
    tried = (
        Path("/usr/share/nodejs/semver"),
        Path("/usr/lib/node_modules/npm/node_modules/semver"),
        Path("/usr/local/lib/node_modules/npm/node_modules/semver"),
    )
    found = next((path for path in tried if (path / "package.json").exists()), None)
    assert found, "npm is not installed"
    assert json.loads((found / "package.json").read_text())["name"] == "semver"
    return str(found)


def npm(pairs: Sequence[Pair], _: Path) -> list[str]:
    return ask(("node", "-e", SEMVER, semver_library(), "loose"), pairs)


def semver(pairs: Sequence[Pair], _: Path) -> list[str]:
    return ask(("node", "-e", SEMVER, semver_library(), "strict"), pairs)


def composer(pairs: Sequence[Pair], _: Path) -> list[str]:
    return ask(("php", "-r", COMPOSER), pairs)


def maven(pairs: Sequence[Pair], scratch: Path) -> list[str]:
    source = scratch / "Oracle.java"
    source.write_text(MAVEN)
    return ask(("java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", JARS, str(source)), pairs)


def pep440(pairs: Sequence[Pair], _: Path) -> list[str]:
    def answer(left: str, right: str) -> str:
        try:
            one, other = Version(left), Version(right)
        except InvalidVersion:
            return "x"
        return str((one > other) - (one < other))

    return [answer(left, right) for left, right in pairs]


ORACLES: dict[str, Callable[[Sequence[Pair], Path], list[str]]] = {
    "composer": composer,
    "dpkg": dpkg,
    "gem": gem,
    "go": semver,
    "maven": maven,
    "npm": npm,
    "pep440": pep440,
    "rpm": rpm,
    "semver": semver,
}
"""apk and NuGet have none that Debian carries."""
