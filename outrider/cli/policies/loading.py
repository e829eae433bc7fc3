"""Policy documents, blobs and keys from files."""

from outrider import limits
from outrider.cli.files import STANDARD, read_capped
from outrider.errors import InvalidInput
from outrider.policy import document
from outrider.policy.blob import MAGIC
from outrider.policy.document import PolicyDocument


def load_document(path: str) -> PolicyDocument:
    """Read and check a document. Raises InvalidInput that says what is wrong and where."""
    return parse_document(read_capped(path, limits.POLICY_DOCUMENT, "the policy"), path)


def parse_document(data: bytes, path: str) -> PolicyDocument:
    """Check a document that was read from `path`. Raises InvalidInput."""
    what = "the policy from standard input" if path == STANDARD else f"the policy {path}"
    if is_blob(data):
        raise InvalidInput(
            f"{what} is a compiled blob; a document is wanted",
            hint="`outrider policy show` says what is in it.",
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{what} is not UTF-8 text (byte {error.start})") from None
    return document.parse(text, what)


def load_blob(path: str) -> bytes:
    """Read what should be a blob, unchecked."""
    return read_capped(path, limits.POLICY_BLOB, "the policy blob")


def is_blob(data: bytes) -> bool:
    """Whether bytes claim to be a blob."""
    return data.startswith(MAGIC)
