"""Clients for our own account and for those of members, each made once."""

from typing import Any

import boto3

from scanner_lambda.aws.errors import CONFIG, translated

_REFUSED = "the stack Member, deployed there with -c outrider:hub={hub}, makes a role that may be taken."


class Sessions:
    """Makes clients by account and region."""

    def __init__(self, account: str, member_role: str) -> None:
        """`account` is our own; in others the role of that name is taken."""
        self._account, self._role = account, member_role
        self._sessions: dict[str, boto3.Session] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}

    def client(self, service: Any, account: str = "", region: str = "") -> Any:
        """A client; with nothing said, of our own account and region. Raises EnvironmentFault."""
        key = (str(service), account or self._account, region)
        if key not in self._clients:
            session = self._session(account or self._account)
            self._clients[key] = session.client(service, region_name=region or None, config=CONFIG)
        return self._clients[key]

    def renew(self, account: str) -> None:
        """Forget a member's credentials: they last an hour, a warm function longer."""
        if account != self._account:
            self._sessions.pop(account, None)
            for key in [key for key in self._clients if key[1] == account]:
                del self._clients[key]

    def _session(self, account: str) -> boto3.Session:
        """A session in an account."""
        if account not in self._sessions:
            self._sessions[account] = boto3.Session() if account == self._account else self._assumed(account)
        return self._sessions[account]

    def _assumed(self, account: str) -> boto3.Session:
        """A session with a member's role."""
        sts = self.client("sts")
        partition = sts.meta.partition
        role = f"arn:{partition}:iam::{account}:role/{self._role}"
        with translated(f"cannot take the role {role}", _REFUSED.format(hub=self._account)):
            found = sts.assume_role(RoleArn=role, RoleSessionName="outrider-scanner")["Credentials"]
        return boto3.Session(
            aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
        )
