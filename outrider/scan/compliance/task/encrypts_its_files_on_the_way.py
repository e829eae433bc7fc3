"""Files on EFS are encrypted on their way, and asked for in the role's name."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, objects, text
from outrider.scan.compliance.rule import Rule, Seen, not_applicable, verdict
from outrider.scan.compliance.subjects import Task


def look(task: Task) -> Seen:
    """Every volume with efsVolumeConfiguration."""
    volumes = [
        (text(volume, "name"), mapping(volume, "efsVolumeConfiguration"))
        for volume in objects(task.definition, "volumes")
        if volume.get("efsVolumeConfiguration")
    ]
    if not volumes:
        return not_applicable("the task has no EFS volume")
    found = [
        f"volume {name}: transitEncryption is not ENABLED"
        for name, efs in volumes
        if text(efs, "transitEncryption") != "ENABLED"
    ] + [
        f"volume {name}: IAM is not asked"
        for name, efs in volumes
        if text(mapping(efs, "authorizationConfig"), "iam") != "ENABLED"
    ]
    return verdict(found, f"{len(volumes)} EFS volumes")


RULE = Rule(
    name="encrypts_its_files_on_the_way",
    title="EFS volumes are encrypted in transit and use IAM",
    severity=Severity.MEDIUM,
    remedy="Set efsVolumeConfiguration.transitEncryption to ENABLED and authorizationConfig.iam to ENABLED.",
    look=look,
)
