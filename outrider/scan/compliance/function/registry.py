"""Every rule about functions, in the order of their names."""

from outrider.scan.compliance.function import (
    asks_callers_of_its_url_who_they_are,
    encrypts_variables_with_its_own_key,
    is_guarded_by_outrider,
    is_in_a_network_of_the_account,
    is_not_open_to_everybody,
    keeps_events_that_failed,
    keeps_secrets_out_of_its_variables,
    limits_its_concurrency,
    takes_only_signed_code,
    traces_its_invocations,
    uses_a_supported_runtime,
)
from outrider.scan.compliance.rule import Rule
from outrider.scan.compliance.subjects import Function

FUNCTION_RULES: tuple[Rule[Function], ...] = (
    asks_callers_of_its_url_who_they_are.RULE,
    encrypts_variables_with_its_own_key.RULE,
    is_guarded_by_outrider.RULE,
    is_in_a_network_of_the_account.RULE,
    is_not_open_to_everybody.RULE,
    keeps_events_that_failed.RULE,
    keeps_secrets_out_of_its_variables.RULE,
    limits_its_concurrency.RULE,
    takes_only_signed_code.RULE,
    traces_its_invocations.RULE,
    uses_a_supported_runtime.RULE,
)
