"""What `strike` and `keep` share: a person's word on entries, put into the model."""

from collections.abc import Sequence
from dataclasses import replace

from outrider.cli.console import ERR
from outrider.cli.models.loading import entry, load_models, save_models, shown_id
from outrider.cli.moment import moment_ns
from outrider.errors import UsageError
from outrider.model.behaviour import Behaviour, BehaviourModel
from outrider.model.behaviour_words import short
from outrider.model.judgement import Judgement, later


def judge(path: str, entries: Sequence[str], container: str, *, struck: bool, who: str, why: str) -> None:
    """Put the judgement into the file. Raises UsageError: an entry there is not, or a reason that says
    nothing."""
    if not who.strip() or not why.strip():
        raise UsageError("--who and --why say nothing", hint="they are what others will read.")
    models = list(load_models(path))
    chosen = [model for model in models if not container or model.container == container]
    judgement = Judgement(moment_ns(), struck, who.strip(), why.strip())
    for model, behaviour in [entry(chosen, said) for said in entries]:
        place = next(n for n, one in enumerate(models) if one.same_workload(model))
        models[place] = _judged(models[place], behaviour, judgement)
        ERR.print(f"{judgement.word}: {shown_id(behaviour)} {short(behaviour)}", markup=False)
    save_models(path, models)


def _judged(model: BehaviourModel, behaviour: Behaviour, judgement: Judgement) -> BehaviourModel:
    """The model with it: said after whatever was said before, though a clock went back."""
    seen = model.seen[behaviour]
    if seen.judged and seen.judged.at_ns >= judgement.at_ns:
        judgement = replace(judgement, at_ns=seen.judged.at_ns + 1)
    judged = replace(seen, judged=later(seen.judged, judgement))
    return replace(model, seen={**model.seen, behaviour: judged})
