"""The pause switch: a parameter that people flip."""

from typing import TYPE_CHECKING

from outrider.account.errors import translated

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient


class Switch:
    """A parameter of SSM."""

    def __init__(self, client: "SSMClient", name: str) -> None:
        self._client, self._name = client, name

    def paused(self) -> bool:
        """Whether it says `true`. Raises EnvironmentFault when it cannot be read: nothing is changed then."""
        if not self._name:
            return False
        with translated(f"cannot read the pause switch {self._name}"):
            value = self._client.get_parameter(Name=self._name)["Parameter"].get("Value", "")
        return value.strip().lower() == "true"
