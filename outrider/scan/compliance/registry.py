"""The rules of every kind of subject, and all their names."""

from outrider.scan.compliance.function.registry import FUNCTION_RULES
from outrider.scan.compliance.image.registry import IMAGE_RULES
from outrider.scan.compliance.task.registry import TASK_RULES

RULE_NAMES: tuple[str, ...] = (
    *(rule.name for rule in IMAGE_RULES),
    *(rule.name for rule in TASK_RULES),
    *(rule.name for rule in FUNCTION_RULES),
)
"""What packs may name."""
