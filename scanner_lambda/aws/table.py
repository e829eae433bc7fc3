"""The scans table: small items of texts and numbers under (pk, sk)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import botocore.exceptions

from scanner_lambda.aws.errors import translated

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, str | int]


class Table:
    """One table."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client, self._name = client, name

    def get(self, pk: str, sk: str) -> Item | None:
        """An item, read consistently; None: there is none."""
        with translated(f"cannot read {pk}"):
            answer = self._client.get_item(TableName=self._name, Key=_key(pk, sk), ConsistentRead=True)
        found = answer.get("Item")
        return {name: _plain(value) for name, value in found.items()} if found else None

    def put(self, item: Item, *, expected: tuple[str, str | int] | None = None, fresh: bool = False) -> bool:
        """Write an item. False, and nothing written, where it does not have the `expected` (attribute,
        value), or, for a `fresh` one, where there is one already."""
        asked: dict[str, Any] = {"TableName": self._name, "Item": {n: _typed(v) for n, v in item.items()}}
        if fresh:
            asked |= {"ConditionExpression": "attribute_not_exists(pk)"}
        elif expected:
            asked |= {
                "ConditionExpression": "#e = :e",
                "ExpressionAttributeNames": {"#e": expected[0]},
                "ExpressionAttributeValues": {":e": _typed(expected[1])},
            }
        try:
            with translated(f"cannot write {item['pk']}"):
                self._put(asked)
        except _Changed:
            return False
        return True

    def add(self, pk: str, sk: str, expires: int) -> int:
        """Count one more in the item's `count`; gives the count."""
        with translated(f"cannot count {pk}"):
            answer = self._client.update_item(
                TableName=self._name,
                Key=_key(pk, sk),
                UpdateExpression="ADD #c :one SET expires = :e",
                ExpressionAttributeNames={"#c": "count"},
                ExpressionAttributeValues={":one": {"N": "1"}, ":e": {"N": str(expires)}},
                ReturnValues="UPDATED_NEW",
            )
        return int(_plain(answer["Attributes"]["count"]))

    def remove(self, pk: str, sk: str) -> None:
        """Remove an item, if it is there."""
        with translated(f"cannot remove {pk}"):
            self._client.delete_item(TableName=self._name, Key=_key(pk, sk))

    def _put(self, asked: dict[str, Any]) -> None:
        """PutItem; a condition that does not hold is an answer, no fault."""
        try:
            self._client.put_item(**asked)
        except botocore.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
                raise _Changed from None
            raise


class _Changed(Exception):
    """The condition of a write does not hold."""


def _key(pk: str, sk: str) -> Any:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _typed(value: str | int) -> dict[str, str]:
    """As DynamoDB writes it."""
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


def _plain(value: Any) -> str | int:
    """As Python has it."""
    return int(value["N"]) if "N" in value else str(value.get("S", ""))
