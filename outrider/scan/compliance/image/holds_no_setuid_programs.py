"""No program of the image gives the rights of another user to whoever starts it."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, verdict
from outrider.scan.compliance.subjects import Image

SET_USER, SET_GROUP = 0o4000, 0o2000


def look(image: Image) -> Seen:
    """By the mode bits and `security.capability` of every program (execve(2), capabilities(7))."""
    found = [
        f"{program.path}: {', '.join(kinds)}"
        for program in image.contents.executables
        if (
            kinds := [
                word
                for word, is_so in (
                    ("set-user-ID", program.mode & SET_USER),
                    ("set-group-ID", program.mode & SET_GROUP),
                    ("file capabilities", program.capabilities),
                )
                if is_so
            ]
        )
    ]
    return verdict(sorted(found), "no set-user-ID, set-group-ID or file capabilities")


RULE = Rule(
    name="holds_no_setuid_programs",
    title="No program of the image raises privileges",
    severity=Severity.MEDIUM,
    remedy="RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} + (under Outrider's supervisor they "
    "have no "
    "effect, outside of it they do).",
    look=look,
)
