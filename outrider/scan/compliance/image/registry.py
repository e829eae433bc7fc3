"""Every rule about images, in the order of their names."""

from outrider.scan.compliance.image import (
    copies_instead_of_adds,
    has_healthcheck,
    has_no_fixable_vulnerability,
    has_nothing_known_to_be_exploited,
    holds_no_compiler,
    holds_no_network_tools,
    holds_no_privilege_tools,
    holds_no_remote_login,
    holds_no_secrets,
    holds_no_setuid_programs,
    is_a_supported_release,
    is_rebuilt_in_time,
    names_its_base_image,
    pipes_no_download_into_a_shell,
    runs_as_non_root,
    says_what_it_holds,
    says_where_it_comes_from,
    updates_and_installs_in_one_step,
    verifies_what_it_downloads,
)
from outrider.scan.compliance.rule import Rule
from outrider.scan.compliance.subjects import Image

IMAGE_RULES: tuple[Rule[Image], ...] = (
    copies_instead_of_adds.RULE,
    has_healthcheck.RULE,
    has_no_fixable_vulnerability.RULE,
    has_nothing_known_to_be_exploited.RULE,
    holds_no_compiler.RULE,
    holds_no_network_tools.RULE,
    holds_no_privilege_tools.RULE,
    holds_no_remote_login.RULE,
    holds_no_secrets.RULE,
    holds_no_setuid_programs.RULE,
    is_a_supported_release.RULE,
    is_rebuilt_in_time.RULE,
    names_its_base_image.RULE,
    pipes_no_download_into_a_shell.RULE,
    runs_as_non_root.RULE,
    says_what_it_holds.RULE,
    says_where_it_comes_from.RULE,
    updates_and_installs_in_one_step.RULE,
    verifies_what_it_downloads.RULE,
)
