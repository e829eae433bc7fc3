"""The jobs queue, for sending."""

from typing import TYPE_CHECKING

from scanner_lambda.aws.errors import translated

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


class Queue:
    """One queue."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client, self._url = client, url

    def send(self, body: str) -> None:
        """Send one message. Raises EnvironmentFault."""
        with translated("cannot send a job"):
            self._client.send_message(QueueUrl=self._url, MessageBody=body)
