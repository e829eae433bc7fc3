"""The outcomes table: pk `subject`, sk `sk`.

| subject | sk | |
|---|---|---|
| ARN | `latest` | the newest outcome; read by `outrider coverage` |
| ARN | a moment and an id | a former one, for `OUTRIDER_HISTORY_DAYS` |
| ARN | `hold` | whether its protection was taken off by command |
| `family:NAME` | an identity | the revision registered for it, and what that was made of |
| anything | `lock` | who is at it, until when |
| `reconcile` | `place` | how far the reconcile has come |
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cdk_app.functions.injector.recording import Record
from outrider.account.errors import translated
from outrider.errors import EnvironmentFault
from outrider.model.envelope import Subject, SubjectKind

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_TEXTS = ("outcome", "reason", "hint", "act", "command", "revision", "identity", "id", "time")
_DAY = 86_400


class Outcomes:
    """The table."""

    def __init__(
        self, client: "DynamoDBClient", table: str, history_days: int, clock: Callable[[], float]
    ) -> None:
        self._client, self._table, self._days, self._clock = client, table, history_days, clock

    def latest(self, subject: str) -> Record | None:
        """The newest record of a subject. Raises EnvironmentFault."""
        item = self._item(subject, "latest")
        return _record(item) if item else None

    def put(self, record: Record, former: str) -> bool:
        """Keep a record if the newest one still is `former`; the former ones stay for a while."""
        item = _plain(record)
        condition = "#id = :former" if former else "attribute_not_exists(subject)"
        more: dict[str, Any] = {}
        if former:
            more = {
                "ExpressionAttributeNames": {"#id": "id"},
                "ExpressionAttributeValues": {":former": {"S": former}},
            }
        if not self._put({**item, "sk": {"S": "latest"}}, ConditionExpression=condition, **more):
            return False
        ends = str(int(self._clock()) + self._days * _DAY)
        self._put({**item, "sk": {"S": f"{record.time}#{record.id[:16]}"}, "expires": {"N": ends}})
        return True

    def held(self, subject: str) -> bool:
        """Whether the protection was taken off by command."""
        return self._item(subject, "hold").get("held", {}).get("BOOL", False) is True

    def hold(self, subject: str, *, held: bool) -> None:
        """Remember that, or forget it."""
        self._put({"subject": {"S": subject}, "sk": {"S": "hold"}, "held": {"BOOL": held}})

    def registered(self, family: str) -> dict[str, str]:
        """Identity → revision that we registered. Raises EnvironmentFault."""
        return {name: item["revision"]["S"] for name, item in self._revisions(family)}

    def remember(self, family: str, identity: str, revision: str, before: str) -> None:
        """Remember a revision, and the one that it was made of."""
        origin = before or self.origin(family, revision)
        self._put({
            "subject": {"S": f"family:{family}"},
            "sk": {"S": identity},
            "revision": {"S": revision},
            "before": {"S": origin},
        })  # fmt: skip

    def origin(self, family: str, revision: str) -> str:
        """What a revision of ours was made of; empty when that is not known."""
        found = [item for _, item in self._revisions(family) if item["revision"]["S"] == revision]
        return next((str(item["before"]["S"]) for item in found if item["before"]["S"]), "")

    def claim(self, what: str, who: str, now: float, until: float) -> bool:
        """Be the only one at something until a moment, or until it is given back."""
        return self._put(
            {"subject": {"S": what}, "sk": {"S": "lock"}, "who": {"S": who}, "until": {"N": str(int(until))}},
            ConditionExpression="attribute_not_exists(subject) OR #until < :now OR who = :who",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":now": {"N": str(int(now))}, ":who": {"S": who}},
        )

    def give_back(self, what: str, who: str) -> None:
        """Let others at it."""
        self._put(
            {"subject": {"S": what}, "sk": {"S": "lock"}, "who": {"S": "nobody"}, "until": {"N": "0"}},
            ConditionExpression="who = :who",
            ExpressionAttributeValues={":who": {"S": who}},
        )

    def load(self) -> str:
        """The reconcile's place."""
        return str(self._item("reconcile", "place").get("place", {}).get("S", ""))

    def save(self, place: str) -> None:
        """Keep the reconcile's place."""
        self._put({"subject": {"S": "reconcile"}, "sk": {"S": "place"}, "place": {"S": place}})

    def _revisions(self, family: str) -> list[tuple[str, dict[str, Any]]]:
        """Identity and item of all revisions of a family that we registered."""
        with translated("cannot read the outcomes table"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="subject = :family",
                ExpressionAttributeValues={":family": {"S": f"family:{family}"}},
                ConsistentRead=True,
            )
            items: list[Any] = [item for page in pages for item in page["Items"]]
        return [(item["sk"]["S"], item) for item in items if "revision" in item]

    def _item(self, subject: str, sk: str) -> dict[str, Any]:
        """One item, or an empty one."""
        with translated("cannot read the outcomes table"):
            found: Any = self._client.get_item(
                TableName=self._table, Key={"subject": {"S": subject}, "sk": {"S": sk}}, ConsistentRead=True
            ).get("Item", {})
        return dict(found)

    def _put(self, item: dict[str, Any], **condition: Any) -> bool:
        """Write one item; False: the condition was not met. Raises EnvironmentFault."""
        with translated("cannot write to the outcomes table"):
            try:
                self._client.put_item(TableName=self._table, Item=item, **condition)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
                    return False
                raise
        return True


def _plain(record: Record) -> dict[str, Any]:
    """A record as an item without its sk."""
    subject = record.subject
    item: dict[str, Any] = {
        "subject": {"S": subject.id},
        "kind": {"S": subject.kind.value},
        "name": {"S": subject.name},
        "rolls": {"L": [{"S": roll} for roll in record.rolls]},
        "containers": {"S": json.dumps(list(record.containers), ensure_ascii=False)},
        "warnings": {"S": json.dumps(list(record.warnings), ensure_ascii=False)},
    }
    return item | {name: {"S": getattr(record, name)} for name in _TEXTS}


def _record(item: dict[str, Any]) -> Record:
    """An item as a record. Raises EnvironmentFault when it is none of ours."""
    try:
        subject = Subject(
            kind=SubjectKind(item["kind"]["S"]), id=item["subject"]["S"], name=item["name"]["S"]
        )
        return Record(
            subject=subject,
            containers=tuple(json.loads(item["containers"]["S"])),
            warnings=tuple(json.loads(item["warnings"]["S"])),
            rolls=tuple(roll["S"] for roll in item["rolls"]["L"]),
            **{name: item[name]["S"] for name in _TEXTS},
        )
    except (KeyError, TypeError, ValueError):
        raise EnvironmentFault("an item of the outcomes table is none of ours") from None
