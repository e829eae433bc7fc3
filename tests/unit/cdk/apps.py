"""Small apps, what the Aspect makes of them, and the template's casing turned into the API's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from outrider.cdk import ImageConfig, Protect
from outrider.inject.settings import Settings
from outrider.inject.task_definition import inject
from outrider.model.image import ResolvedImage

SIDECAR = "public.ecr.aws/outrider/sidecar@sha256:" + "ab" * 32
X86 = "arn:aws:lambda:eu-west-1:123456789012:layer:outrider-x86_64:3"
ARM = "arn:aws:lambda:eu-west-1:123456789012:layer:outrider-arm64:3"
LAYERS = {"x86_64": X86, "arm64": ARM}
NGINX = ImageConfig(entrypoint=("/docker-entrypoint.sh",), cmd=("nginx", "-g", "daemon off;"))
IMAGES = {"nginx:1.25": NGINX}
TASK, FUNCTION = "AWS::ECS::TaskDefinition", "AWS::Lambda::Function"
WRAP = "/opt/outrider/bin/wrap"

MAPS = {"Options", "DockerLabels", "DriverOpts", "Labels", "Tags"}
"""Keys of a template whose value maps the user's own names."""


def protect(**settings: Any) -> Protect:
    return Protect(**{"sidecar_image": SIDECAR, "layers": LAYERS, "images": IMAGES, **settings})


@dataclass(frozen=True)
class Said:
    path: str
    level: str
    text: str


@dataclass(frozen=True)
class Made:
    """A synthesised stack."""

    template: dict[str, Any]
    said: list[Said]

    def resources(self, kind: str) -> list[dict[str, Any]]:
        found = self.template["Resources"].values()
        return [resource.get("Properties", {}) for resource in found if resource["Type"] == kind]

    def task(self) -> dict[str, Any]:
        (properties,) = self.resources(TASK)
        return properties

    def containers(self) -> list[str]:
        return [container["Name"] for container in self.task()["ContainerDefinitions"]]

    def function(self) -> dict[str, Any]:
        (properties,) = self.resources(FUNCTION)
        return properties

    def variables(self) -> dict[str, Any]:
        return self.function().get("Environment", {}).get("Variables", {})

    def texts(self, level: str) -> list[str]:
        return [said.text for said in self.said if said.level == level]


def made(app: cdk.App, name: str = "S") -> Made:
    artifact = app.synth().get_stack_by_name(name)
    said = [
        Said(m.id, m.level.name.lower(), str(m.entry.data))
        for m in artifact.messages
        if "reference-strength" not in str(m.entry.data)
    ]
    return Made(artifact.template, said)


def app_with(
    build: Callable[[cdk.Stack], object],
    *,
    aspect: Protect | None = None,
    **settings: Any,
) -> Made:
    """A stack built by a function, the Aspect over its app."""
    app = cdk.App()
    stack = cdk.Stack(app, "S")
    build(stack)
    cdk.Aspects.of(app).add(aspect or protect(**settings))
    return made(app)


def without(build: Callable[[cdk.Stack], object]) -> Made:
    """The same without the Aspect."""
    app = cdk.App()
    build(cdk.Stack(app, "S"))
    return made(app)


def fargate(stack: cdk.Stack, **container: Any) -> ecs.FargateTaskDefinition:
    """A definition with one container, `web`."""
    definition = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
    settings = {"image": ecs.ContainerImage.from_registry("nginx:1.25"), **container}
    definition.add_container("web", **settings)
    return definition


def api_form(value: Any) -> Any:
    """A template's properties as the API takes them: camelCase, but for what the user named."""
    if isinstance(value, list):
        return [api_form(item) for item in value]
    if not isinstance(value, dict) or is_function(value):
        return value
    return {
        key[0].lower() + key[1:]: inner if key in MAPS - {"Tags"} else api_form(inner)
        for key, inner in value.items()
    }


def is_function(value: dict[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def expected(before: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """What `outrider.inject` makes of the same definition in the API's form, functions as text."""
    document = plain(api_form(before))
    images = {
        c["name"]: ResolvedImage(reference=str(c.get("image")), config=NGINX)
        for c in document["containerDefinitions"]
    }
    return inject(document, images, Settings(sidecar_image=SIDECAR, **settings)).document


def plain(value: Any) -> Any:
    """Each intrinsic function as text, the same for the same function."""
    if isinstance(value, list):
        objects = any(isinstance(item, dict) and not is_function(item) for item in value)
        return [{"function": plain(i)} if objects and _is(i) else plain(i) for i in value]
    if isinstance(value, dict):
        return str(value) if is_function(value) else {key: plain(inner) for key, inner in value.items()}
    return value


def _is(value: Any) -> bool:
    return isinstance(value, dict) and is_function(value)
