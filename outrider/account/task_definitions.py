"""Task definitions as ECS says them and takes them: also the fields that this botocore does not know.

botocore drops what it does not know from an answer and refuses it in a request. A revision made from such an
answer would lose a newer field in silence; so the answer's own JSON is read, and our own JSON is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from outrider import limits
from outrider.account.errors import translated
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.inject.document import register_form
from outrider.model import json_document

if TYPE_CHECKING:
    from types_boto3_ecs import ECSClient

_RAW = "OutriderRaw"
"""Where the answer's own JSON lies in what botocore made of it."""

_ANSWER = 4 * limits.TASK_DEFINITION
"""Bytes of an answer: a definition with what describe adds, and its tags."""


class TaskDefinitions:
    """The task definitions of one account and region. For one thread at a time."""

    def __init__(self, client: ECSClient) -> None:
        self._client = client
        self._body = b""
        self._hooked = False

    def read(self, name: str) -> dict[str, Any]:
        """DescribeTaskDefinition's answer, with tags, for an ARN, `family:revision` or a family.

        Raises NotThereError, EnvironmentFault, InvalidInput.
        """
        self._hook()
        with translated(f"cannot read task definition {name}"):
            answer: Any = self._client.describe_task_definition(taskDefinition=name, include=["TAGS"])
        found = answer.get(_RAW)
        if not isinstance(found, dict) or not isinstance(found.get("taskDefinition"), dict):
            raise EnvironmentFault(
                f"ECS's answer about task definition {name} has another form than expected"
            )
        return found

    def register(self, document: Mapping[str, Any]) -> str:
        """Register a revision and give its ARN. Raises EnvironmentFault, InvalidInput."""
        self._hook()
        form = register_form(document).document
        self._body = json.dumps(form, ensure_ascii=False).encode()
        try:
            with translated(f"cannot register task definition {form.get('family')}"):
                answer = self._client.register_task_definition(family=form["family"], containerDefinitions=[])
        finally:
            self._body = b""
        arn = answer["taskDefinition"].get("taskDefinitionArn", "")
        if not arn:
            raise EnvironmentFault(f"ECS gave no ARN for the new revision of {form['family']}")
        return arn

    def _hook(self) -> None:
        """Have botocore ask us; at the first call, for a client may be made only when it is used."""
        if not self._hooked:
            self._client.meta.events.register("after-call.ecs.DescribeTaskDefinition", _keep)
            self._client.meta.events.register("before-call.ecs.RegisterTaskDefinition", self._send)
            self._hooked = True

    def _send(self, params: dict[str, Any], **_said: Any) -> None:
        """Put our JSON in place of botocore's, before it is signed; others' calls stay as they are."""
        if self._body:
            params["body"] = self._body


def _keep(http_response: Any, parsed: dict[str, Any], **_said: Any) -> None:
    """Keep the answer's own JSON."""
    data = http_response.content
    if http_response.status_code >= 300 or len(data) > _ANSWER:
        return
    try:
        parsed[_RAW] = json_document.parse(data, "ECS's answer")
    except InvalidInput:
        return
