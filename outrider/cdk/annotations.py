"""Outcomes as annotations: Covered is an info, Skipped a warning one can acknowledge, Failed an error.

`cdk deploy` stops at errors: what could not be protected is not deployed by accident.
"""

import re

import aws_cdk as cdk
from constructs import IConstruct

from outrider.cdk.intrinsics import is_hidden, readable
from outrider.model.outcome import Covered, Failed, Outcome, Skipped

_OPTIONS = {
    "--allow-ec2": "allow_ec2=True",
    "--image-config": "images=",
    "--include": "include=",
    "--key": "key=",
    "--layer-arn": "layers=",
    "--policy": "policy=",
    "--policy-source": "function_policy_source=",
    "--public-key": "function_public_key=",
    "--raise-memory": "raise_memory=True",
    "--skip": "skip=",
}
"""Options of the command line in texts of the library, as `Protect` names them."""

_OPTION = re.compile(r"(?<![\w-])--[a-z0-9]+(?:-[a-z0-9]+)*")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


class Speaker:
    """What is said of one construct, each thing once: a value is resolved several times in a synthesis."""

    def __init__(self, construct: IConstruct) -> None:
        self._construct = construct
        self._said: set[str] = set()

    def outcome(self, outcome: Outcome) -> None:
        """Say how the look at one subject ended."""
        notes = cdk.Annotations.of(self._construct)
        match outcome:
            case Covered(subject, detail):
                text = f"{subject}: protected{f' ({detail})' if detail else ''}"
                if self._new(text):
                    notes.add_info_v2(_id("covered", subject), readable(text))
            case Skipped(subject, reason):
                text = f"{subject}: not protected: {reason}"
                if self._new(text):
                    notes.add_warning_v2(_id("skipped", subject), readable(_in_python(text)))
            case Failed(subject, error, hint):
                text = f"{subject}: cannot be protected: {error}{f'. What to do: {hint}' if hint else ''}"
                if self._new(text):
                    notes.add_error(readable(_in_python(text)))

    def caution(self, text: str) -> None:
        """Say what works, but not as one may expect; not what only a deployment can tell."""
        if is_hidden(text) or cdk.Token.is_unresolved(text) or not self._new(text):
            return
        cdk.Annotations.of(self._construct).add_warning_v2("outrider:caution", _in_python(text))

    def _new(self, text: str) -> bool:
        """Whether it was not said before; it is now."""
        if text in self._said:
            return False
        self._said.add(text)
        return True


def _id(kind: str, subject: str) -> str:
    """The id to acknowledge: `outrider:skipped:container-web`."""
    return f"outrider:{kind}:{_UNSAFE.sub('-', readable(subject)).strip('-')}"


def _in_python(text: str) -> str:
    """A text that names options of the command line, with the arguments of `Protect`."""
    return _OPTION.sub(lambda found: _OPTIONS.get(found[0], found[0]), text)
