"""Whose a resource is: a tool that keeps it in a file puts its own back at its next run."""

from collections.abc import Mapping

STACK = "aws:cloudformation:stack-name"

_MANAGERS = frozenset(
    {"managed-by", "managedby", "managed_by", "iac", "provisioner", "created-by", "createdby"}
)
"""Tags, in lower case, that people and modules use to name the tool."""

_TOOLS = {
    "terraform": "Terraform",
    "opentofu": "OpenTofu",
    "tofu": "OpenTofu",
    "pulumi": "Pulumi",
    "crossplane": "Crossplane",
    "terragrunt": "Terragrunt",
    "cdktf": "CDK for Terraform",
}
"""What a value, or the name of a tag, begins with → the tool."""

_NO = frozenset({"false", "no", "0", "none"})


def owner(tags: Mapping[str, str]) -> str:
    """Who owns a resource with these tags, as `CloudFormation stack shop`; empty when nothing says so.

    Terraform and its kin mark nothing by themselves: only tags that people set tell of them.
    """
    if stack := tags.get(STACK):
        return f"CloudFormation stack {stack}"
    for name, value in sorted(tags.items()):
        tool = _tool(value) if name.lower() in _MANAGERS else ""
        if not tool and value.lower() not in _NO:
            tool = _TOOLS.get(name.lower(), "")
        if tool:
            return f"{tool} (tag {name}={value[:40]})"
    return ""


def _tool(value: str) -> str:
    """The tool that a value names."""
    word = value.strip().lower()
    return next((tool for begin, tool in _TOOLS.items() if word.startswith(begin)), "")
