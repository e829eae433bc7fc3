"""The packs that come with us."""

from collections.abc import Collection

from outrider import limits
from outrider.cli.assets import assets
from outrider.cli.files import read_text
from outrider.errors import UsageError
from outrider.scan.compliance.pack import Pack, parse
from outrider.scan.compliance.registry import RULE_NAMES


def packs(names: Collection[str]) -> tuple[Pack, ...]:
    """The packs that come with us, or those of these names. Raises UsageError for an unknown one."""
    found = tuple(
        parse(read_text(path, limits.COMPLIANCE_PACK, "the compliance pack"), path.name, RULE_NAMES)
        for path in assets("templates/compliance", ".yaml")
    )
    if unknown := sorted(set(names) - {pack.name for pack in found}):
        raise UsageError(
            f"there is no compliance pack {', '.join(unknown)}",
            hint="there are " + ", ".join(pack.name for pack in found),
        )
    return tuple(pack for pack in found if not names or pack.name in names)
