"""ECR, Lambda and SQS for the sweep."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scanner_lambda.aws.bus import Bus
from scanner_lambda.aws.errors import translated
from scanner_lambda.aws.index_store import S3Store
from scanner_lambda.aws.sessions import Sessions
from scanner_lambda.identity import identity
from scanner_lambda.settings_database import SweepSettings
from scanner_lambda.sweep import Parts
from scanner_lambda.sweeping import ListedImage

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_sqs import SQSClient

_PAGE = 1000
_FUNCTIONS = 50
"""Lambda answers at most 50 whatever is asked for."""


class AwsAccount:
    """Lists what an account has in a region."""

    def __init__(self, ecr: "ECRClient", functions: "LambdaClient") -> None:
        self._ecr, self._functions = ecr, functions

    def repositories(self, token: str) -> tuple[list[str], str]:
        """One page of the registry's repositories."""
        page: dict[str, Any] = {"nextToken": token} if token else {}
        with translated("cannot list repositories"):
            found = self._ecr.describe_repositories(maxResults=_PAGE, **page)
        return [one["repositoryName"] for one in found["repositories"]], found.get("nextToken", "")

    def images(self, repository: str, token: str) -> tuple[list[ListedImage], str]:
        """One page of a repository's images."""
        page: dict[str, Any] = {"nextToken": token} if token else {}
        with translated(f"cannot list the images of {repository}"):
            found = self._ecr.describe_images(repositoryName=repository, maxResults=_PAGE, **page)
        images = [
            ListedImage(
                one["imageDigest"],
                min(one.get("imageTags", []), default=""),
                one.get("artifactMediaType", ""),
            )
            for one in found["imageDetails"]
        ]
        return images, found.get("nextToken", "")

    def functions(self, token: str) -> tuple[list[str], str]:
        """One page of functions."""
        page: dict[str, Any] = {"Marker": token} if token else {}
        with translated("cannot list functions"):
            found = self._functions.list_functions(MaxItems=_FUNCTIONS, **page)
        return [one["FunctionArn"] for one in found["Functions"]], found.get("NextMarker", "")


class BatchQueue:
    """Sends batches to one queue."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client, self._url = client, url

    def send(self, bodies: Sequence[str], delay: int = 0) -> Sequence[int]:
        """One batch, delayed by seconds; places of those that were not taken. Raises EnvironmentFault."""
        with translated("cannot send messages"):
            found = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(place), "MessageBody": body, "DelaySeconds": delay}
                    for place, body in enumerate(bodies)
                ],
            )
        return sorted(int(one["Id"]) for one in found.get("Failed", []))


def parts(settings: SweepSettings, arn: str) -> Parts:
    """The sweep's parts for the function of this ARN, with its account, its region and the members."""
    here = identity(arn)
    sessions = Sessions(here["account"], settings.member_role)
    sqs, functions = sessions.client("sqs"), sessions.client("lambda")

    def opened(account: str) -> AwsAccount:
        region = here["region"]
        return AwsAccount(sessions.client("ecr", account, region), sessions.client("lambda", account, region))

    def again(event: Mapping[str, Any]) -> None:
        with translated("cannot go on with the sweep"):
            functions.invoke(FunctionName=arn, InvocationType="Event", Payload=json.dumps(event).encode())

    return Parts(
        opened=opened,
        objects=S3Store(sessions.client("s3"), settings.bucket),
        send=BatchQueue(sqs, settings.jobs_queue_url).send,
        redrive=lambda: redrive(sqs, settings.dead_letter_arn),
        again=again,
        identity=here,
        tell=Bus(sessions.client("events"), settings.bus).send,
        members=settings.accounts,
    )


def redrive(client: "SQSClient", source: str) -> str:
    """Move dead letters back to where they came from; the task's handle.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
    """
    with translated("cannot redrive"):
        return client.start_message_move_task(SourceArn=source)["TaskHandle"]
