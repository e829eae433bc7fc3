"""A synthesised template as it would be in one account: the intrinsics that CloudFormation resolves."""

from typing import Any


def resolved(value: Any, account: str, region: str) -> Any:
    """The value with pseudo parameters and joins put in; other references stay as `<LogicalId>`."""
    match value:
        case [*inner]:
            return [resolved(one, account, region) for one in inner]
        case {"Ref": str(name)}:
            pseudo = {"AWS::AccountId": account, "AWS::Region": region, "AWS::Partition": "aws"}
            return pseudo.get(name, f"<{name}>")
        case {"Fn::GetAtt": name} | {"Fn::ImportValue": name}:
            return f"<{name}>"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(str(resolved(part, account, region)) for part in parts)
        case {}:
            return {name: resolved(inner, account, region) for name, inner in value.items()}
    return value
