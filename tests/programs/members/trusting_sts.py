"""STS before moto's: AssumeRole asks the trust policy that the role has, which moto does not.

It knows of trust policies what ours say, and fails the test for anything else: one principal (an account),
`ArnEquals` and `StringEquals` on `aws:PrincipalArn` and `aws:PrincipalOrgID`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from demo.account.front import Answer, Asked, forwarded, serving

_CREDENTIAL = re.compile(r"Credential=(?P<key>\w+)/")
_KEY = re.compile(r"<AccessKeyId>(?P<key>\w+)</AccessKeyId>")
_DENIED = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    "<Code>AccessDenied</Code><Message>User: {who} is not authorized to perform: sts:AssumeRole on resource: "
    "{role}</Message></Error></ErrorResponse>"
)


@dataclass
class TrustingSts:
    """Who has which access key, and which role trusts whom."""

    moto: str
    trusts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """ARN of a role → its trust policy; a role that is not here does not exist."""
    holders: dict[str, str] = field(default_factory=dict)
    """Access key → ARN of the role that it is a session of."""
    organizations: dict[str, str] = field(default_factory=dict)
    """Account → the organization that it is in."""
    url: str = ""

    def answer(self, asked: Asked) -> Answer:
        """Answer one call."""
        said = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if said["Action"] != "AssumeRole":
            raise AssertionError(f"{said['Action']} is not done by this stand-in")
        who, role = self.holder(asked), said["RoleArn"]
        if not self.trusted(who, self.trusts.get(role, {"Statement": []})):
            return Answer(403, _DENIED.format(who=who, role=role).encode(), {"Content-Type": "text/xml"})
        given = forwarded(asked, self.moto)
        found = _KEY.search(given.body.decode())
        assert found is not None, given
        self.holders[found["key"]] = role
        return given

    def holder(self, asked: Asked) -> str:
        """The role that a request is signed for; empty: nobody's."""
        found = _CREDENTIAL.search(asked.headers.get("authorization", ""))
        return self.holders.get(found["key"], "") if found else ""

    def trusted(self, who: str, policy: Mapping[str, Any]) -> bool:
        """Whether a role with this ARN may take one with this trust policy."""
        return any(self._allows(who, one) for one in policy["Statement"])

    def _allows(self, who: str, one: Mapping[str, Any]) -> bool:
        if (one["Effect"], one["Action"]) != ("Allow", "sts:AssumeRole"):
            raise AssertionError(f"a trust policy of another kind: {json.dumps(one)}")
        account = who.split(":")[4] if who else ""
        known = {"aws:PrincipalArn": who, "aws:PrincipalOrgID": self.organizations.get(account, "")}
        for operator, keys in one.get("Condition", {}).items():
            assert operator in ("ArnEquals", "StringEquals"), operator
            for key, wanted in keys.items():
                if known[key] not in ([wanted] if isinstance(wanted, str) else wanted):
                    return False
        return bool(one["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"})


@contextmanager
def trusting(moto: str) -> Iterator[TrustingSts]:
    """Serve it before moto's server."""
    sts = TrustingSts(moto)
    with serving(sts.answer) as url:
        sts.url = url
        yield sts
