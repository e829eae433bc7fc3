"""The policy of one function, from a document or a blob."""

from outrider import limits
from outrider.cli.files import read_capped, read_text
from outrider.cli.layers.contents import POLICY_CONTAINER
from outrider.cli.policies.loading import is_blob, parse_document
from outrider.errors import InvalidInput
from outrider.policy import blob as policy_blob
from outrider.policy.lowering import compile_policy
from outrider.policy.signing import parse_key, sign


def function_policy(path: str, key: str = "") -> bytes:
    """Return the blob of a function's policy, signed when `key` names a private key's file.

    Raises InvalidInput: no policy, or one of something else than a function.
    """
    data = read_capped(path, max(limits.POLICY_DOCUMENT, limits.POLICY_BLOB), "the policy")
    if is_blob(data):
        policy_blob.decode(data)
    else:
        document = parse_document(data, path)
        names = list(document.containers)
        if names != [POLICY_CONTAINER]:
            raise InvalidInput(
                f"the policy {path} is for {', '.join(names) or 'nothing'}",
                hint=f"a function's has one entry under containers, {POLICY_CONTAINER}.",
            )
        data = compile_policy(document, POLICY_CONTAINER)
    return sign(data, parse_key(read_text(key, limits.KEY_FILE, "the key"))) if key else data
