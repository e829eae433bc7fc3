"""Our layer under a local function, as `outrider function patch` would put it on a real one."""

import platform
from collections.abc import Mapping, Sequence

from outrider import limits
from outrider.cli.emulator.layers import Files
from outrider.cli.files import read_capped
from outrider.cli.layers.contents import LayerFile, layer_files, policy_file
from outrider.cli.policies.loading import is_blob, parse_document
from outrider.errors import InvalidInput
from outrider.inject import function_names as names
from outrider.policy import blob
from outrider.policy.lowering import compile_policy


def layers(policy: str = "") -> list[Files]:
    """The layer, and with a policy (document or blob) the layer that holds it, in the order of layers.

    Raises EnvironmentFault when the layer's binaries have not been built, InvalidInput for a policy that is
    none.
    """
    made = [_files(layer_files(platform.machine()))]
    if policy:
        made.append(_files([policy_file(_policy(policy))]))
    return made


def environment(own: Mapping[str, str], mode: str) -> dict[str, str]:
    """The function's variables with ours; a wrapper of its own is chained."""
    found = {names.MODE: mode, **own, names.WRAPPER: names.OUR_WRAPPER}
    if wrapper := own.get(names.WRAPPER):
        found[names.CHAINED] = wrapper
    return found


def _policy(path: str) -> bytes:
    """A policy as the guard reads it."""
    data = read_capped(path, max(limits.POLICY_DOCUMENT, limits.POLICY_BLOB), "the policy")
    if is_blob(data):
        blob.decode(data)
        return data
    document = parse_document(data, path)
    if len(document.containers) != 1:
        raise InvalidInput(
            f"the policy {path} is for {len(document.containers)} containers, a function is one"
        )
    return compile_policy(document, next(iter(document.containers)))


def _files(found: Sequence[LayerFile]) -> Files:
    """As the emulator takes them."""
    return {file.path: (file.data, 0o755 if file.executable else 0o644) for file in found}
