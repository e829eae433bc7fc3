"""Which functions an account has, by pattern and by tag."""

from fnmatch import fnmatchcase

import boto3

from outrider.account.errors import translated
from outrider.account.functions import Functions
from outrider.cli.aws.functions import CONFIG


def listed(functions: Functions, pattern: str) -> list[str]:
    """Names of all functions that match a glob, sorted. Raises EnvironmentFault."""
    return [name for name in functions.listed() if fnmatchcase(name, pattern)]


def tagged(tags: dict[str, str], *, region: str | None) -> list[str]:
    """Names of all functions that bear all these tags, sorted; an empty value is any value."""
    filters = [{"Key": key, "Values": [value] if value else []} for key, value in tags.items()]
    with translated("cannot list functions by tag"):
        client = boto3.client("resourcegroupstaggingapi", region_name=region, config=CONFIG)
        pages = client.get_paginator("get_resources").paginate(
            TagFilters=filters,  # type: ignore[arg-type]
            ResourceTypeFilters=["lambda:function"],
        )
        found = [entry["ResourceARN"] for page in pages for entry in page["ResourceTagMappingList"]]
    return sorted({arn.split(":function:")[-1].partition(":")[0] for arn in found})
