"""Every rule about task definitions, in the order of their names."""

from outrider.scan.compliance.rule import Rule
from outrider.scan.compliance.subjects import Task
from outrider.scan.compliance.task import (
    adds_no_dangerous_capability,
    checks_the_health_of_its_containers,
    encrypts_its_files_on_the_way,
    has_a_network_of_its_own,
    has_a_role_of_its_own,
    is_protected_by_outrider,
    keeps_secrets_out_of_its_environment,
    limits_the_memory_of_its_containers,
    mounts_its_root_read_only,
    mounts_no_host_socket,
    pins_its_images,
    runs_no_privileged_container,
    sends_its_logs_somewhere,
    sets_a_user_other_than_root,
    shares_no_namespace_of_its_host,
)

TASK_RULES: tuple[Rule[Task], ...] = (
    adds_no_dangerous_capability.RULE,
    checks_the_health_of_its_containers.RULE,
    encrypts_its_files_on_the_way.RULE,
    has_a_network_of_its_own.RULE,
    has_a_role_of_its_own.RULE,
    is_protected_by_outrider.RULE,
    keeps_secrets_out_of_its_environment.RULE,
    limits_the_memory_of_its_containers.RULE,
    mounts_its_root_read_only.RULE,
    mounts_no_host_socket.RULE,
    pins_its_images.RULE,
    runs_no_privileged_container.RULE,
    sends_its_logs_somewhere.RULE,
    sets_a_user_other_than_root.RULE,
    shares_no_namespace_of_its_host.RULE,
)
