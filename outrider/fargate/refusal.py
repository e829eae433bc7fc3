"""One objection of Fargate's to a task definition."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Fargate would say."""

    message: str
    quoted: bool = False
    """Whether these are ECS's own words."""
    container: str = ""
    """The container it is about; empty when it is about the task."""
    hint: str = ""

    def __str__(self) -> str:
        where = f" (container {self.container})" if self.container else ""
        return f"ClientException: {self.message}{where}" if self.quoted else f"{self.message}{where}"
