"""The exact inverse of the patch of a function: what was changed since stays as changed, and is named."""

from outrider.errors import OutriderError
from outrider.inject import function_cautions as cautions
from outrider.inject import function_names as names
from outrider.inject.function_original import from_text
from outrider.inject.function_patch import FunctionChange, difference
from outrider.inject.function_pristine import is_wrapped, pristine
from outrider.inject.function_refusals import UNTOUCHABLE, Found
from outrider.model.outcome import Covered, Failed, Skipped


def unpatch_function(found: Found, *, without_original: bool = False) -> FunctionChange:
    """Decide what has to be written to remove Outrider. Never raises: what is wrong is the outcome.

    Without a record of what was before, only `without_original` removes: everything that has our names.
    """
    subject = f"function {found.name}"
    try:
        original = from_text(found.original, found.name) if found.original else None
        if original is None and not is_wrapped(found.configuration):
            stale = names.MARKER in found.tags
            outcome = (
                Covered(subject, "only our tag was left") if stale else Skipped(subject, "is not patched")
            )
            return FunctionChange(found, outcome)
        for refusal in UNTOUCHABLE:
            refusal(found)
    except OutriderError as error:
        return _left(found, Failed(subject, error.message, error.hint))
    if original is None and not without_original:
        return _left(found, Failed(subject, "is protected, but what it was before is not recorded", _LOST))
    before = pristine(found.configuration, original)
    update = difference(found.configuration, before.variables, before.layers)
    detail = "restored" if update else "nothing of ours was left in it; its record goes"
    warnings = (*before.warnings, *(cautions.owner(found.tags) if update else ()))
    return FunctionChange(found, Covered(subject, detail), update, "", False, warnings)


_LOST = "take out everything that has our names with --without-original."


def _left(found: Found, outcome: Failed) -> FunctionChange:
    """A function that is left as it is."""
    return FunctionChange(found, outcome, original=found.original, marked=names.MARKER in found.tags)
