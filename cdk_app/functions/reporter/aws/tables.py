"""The ledger of deliveries and the models, in DynamoDB."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from cdk_app.functions.reporter.aws.client import explained, lost
from cdk_app.functions.reporter.delivery import Right
from cdk_app.functions.reporter.models import Stored

LEASE = 120
"""Seconds for which a sender has the right to send: longer than the function may run."""
KEPT = 14 * 86_400
"""Seconds for which a delivery is remembered: as long as SQS may keep a message."""


class DynamoLedger:
    """Items `reporter#sink#id` of the idempotency table, with a lease while something is sent."""

    def __init__(self, dynamodb: Any, table: str, clock: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def claim(self, sink: str, id: str) -> Right:
        """Ask for the right to send."""
        now = int(self._clock())
        item = {**self._key(sink, id), "status": {"S": "INPROGRESS"}, "lease": {"N": str(now + LEASE)}}
        try:
            with explained("the ledger"):
                self._claim(item | {"expiration": {"N": str(now + KEPT)}}, now)
        except _LostError as refused:
            return Right.DONE if refused.status == "COMPLETED" else Right.BUSY
        return Right.GIVEN

    def done(self, sink: str, id: str) -> None:
        """It was sent."""
        expires = {"N": str(int(self._clock()) + KEPT)}
        item = {**self._key(sink, id), "status": {"S": "COMPLETED"}, "expiration": expires}
        with explained("the ledger"):
            self._dynamodb.put_item(TableName=self._table, Item=item)

    def release(self, sink: str, id: str) -> None:
        """It was not."""
        with explained("the ledger"):
            self._dynamodb.delete_item(TableName=self._table, Key=self._key(sink, id))

    def count(self, what: str, most: int, hours: int) -> bool:
        """Count one more of `what` in the current span of hours; False: there were `most` already."""
        now = int(self._clock())
        span = now // (hours * 3600)
        with explained("the ledger"):
            try:
                self._dynamodb.update_item(
                    TableName=self._table,
                    Key={"id": {"S": f"reporter#rate#{what}#{span}"}},
                    UpdateExpression="ADD told :one SET expiration = :end",
                    ConditionExpression="attribute_not_exists(told) OR told < :most",
                    ExpressionAttributeValues={
                        ":one": {"N": "1"},
                        ":most": {"N": str(most)},
                        ":end": {"N": str(now + 2 * hours * 3600)},
                    },
                )
            except ClientError as error:
                if lost(error):
                    return False
                raise
        return True

    def _claim(self, item: dict[str, Any], now: int) -> None:
        """Write unless it was sent, or somebody sends it."""
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(id) OR (#status = :sending AND lease < :now)",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":sending": {"S": "INPROGRESS"}, ":now": {"N": str(now)}},
            )
        except ClientError as error:
            if not lost(error):
                raise
            found = self._dynamodb.get_item(
                TableName=self._table, Key={"id": item["id"]}, ConsistentRead=True
            ).get("Item", {})
            raise _LostError(found.get("status", {}).get("S", "")) from None

    @staticmethod
    def _key(sink: str, id: str) -> dict[str, Any]:
        """Of one delivery."""
        return {"id": {"S": f"reporter#{sink}#{id}"}}


class _LostError(Exception):
    """The condition was false."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class DynamoModels:
    """The models' table: pk `workload`, sk `sk`."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def get(self, workload: str, key: str) -> Stored:
        """The item, read consistently."""
        with explained("the models' table"):
            found = self._dynamodb.get_item(
                TableName=self._table,
                Key={"workload": {"S": workload}, "sk": {"S": key}},
                ConsistentRead=True,
            ).get("Item")
        return _stored(found) if found else Stored(0, "")

    def put(self, workload: str, key: str, document: str, expected: int) -> bool:
        """Write over the version that was read; False: somebody was faster."""
        item = {
            "workload": {"S": workload},
            "sk": {"S": key},
            "version": {"N": str(expected + 1)},
            "document": {"S": document},
        }
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(sk)"}
        if expected:
            condition = {
                "ConditionExpression": "#version = :expected",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":expected": {"N": str(expected)}},
            }
        with explained("the models' table"):
            try:
                self._dynamodb.put_item(TableName=self._table, Item=item, **condition)
            except ClientError as error:
                if lost(error):
                    return False
                raise
        return True

    def page(self, workload: str, after: str, most: int) -> list[tuple[str, Stored]]:
        """Items of a partition behind a sort key, in order, at most so many."""
        with explained("the models' table"):
            answer = self._dynamodb.query(
                TableName=self._table,
                KeyConditionExpression="workload = :workload AND sk > :after",
                ExpressionAttributeValues={":workload": {"S": workload}, ":after": {"S": after or " "}},
                Limit=most,
            )
        return [(item["sk"]["S"], _stored(item)) for item in answer["Items"]]

    def all(self, workload: str) -> Iterator[Stored]:
        """All items of a workload version."""
        with explained("the models' table"):
            pages = self._dynamodb.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="workload = :workload",
                ExpressionAttributeValues={":workload": {"S": workload}},
                ConsistentRead=True,
            )
            for page in pages:
                yield from (_stored(item) for item in page["Items"])


def _stored(item: dict[str, Any]) -> Stored:
    """An item as a value."""
    return Stored(int(item["version"]["N"]), item["document"]["S"])
