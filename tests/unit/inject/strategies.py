"""Task definitions as people write them, and as they should not: what `inject` is tried on."""

from typing import Any

from hypothesis import strategies as st

from outrider.inject import names
from outrider.inject.settings import OnFailure, Settings
from outrider.model.event import Mode
from outrider.model.image import ImageConfig, ResolvedImage
from outrider.model.outcome import Failed

DIGEST = "sha256:" + "ab" * 32
SIDECAR = f"public.ecr.aws/outrider/sidecar@{DIGEST}"

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True).filter(lambda n: n not in names.CONTAINERS)
WORDS = st.one_of(
    st.sampled_from(
        ["/bin/sh", "-c", "exec nginx -g 'daemon off;'", "--", "", "/init", "./run", "sudo", "$PORT"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=12),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
UNKNOWN = st.dictionaries(
    st.sampled_from(["versionFromTheFuture", "x-vendor", "newSwitch"]),
    st.one_of(
        st.booleans(),
        st.integers(-5, 5),
        TEXT,
        st.lists(TEXT, max_size=2),
        st.dictionaries(TEXT, TEXT, max_size=2),
    ),
    max_size=2,
)
ENTRY_POINTS = st.one_of(st.just([]), st.just([""]), st.lists(WORDS, min_size=1, max_size=3))
COMMANDS = st.one_of(st.just([]), st.lists(WORDS, min_size=1, max_size=3))
CAPABILITIES = st.fixed_dictionaries(
    {},
    optional={
        "add": st.lists(st.sampled_from(["SYS_PTRACE", "CAP_SYS_PTRACE", "NET_ADMIN"]), max_size=3),
        "drop": st.lists(st.sampled_from(["ALL", "NET_RAW", "SYS_PTRACE", "MKNOD"]), max_size=3),
    },
)
LINUX_PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "capabilities": CAPABILITIES,
        "initProcessEnabled": st.booleans(),
        "tmpfs": st.just([{"containerPath": "/run", "size": 16}]),
    },
)
LOGS = st.sampled_from(
    [
        {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-stream-prefix": "p"}},
        {"logDriver": "awsfirelens", "options": {"Name": "cloudwatch", "Match": ""}},
        {
            "logDriver": "splunk",
            "options": {},
            "secretOptions": [{"name": "splunk-token", "valueFrom": "arn:x"}],
        },
    ]
)
ENVIRONMENT = st.lists(st.fixed_dictionaries({"name": TEXT, "value": TEXT}), max_size=4)
LABELS = st.dictionaries(TEXT.filter(lambda key: not key.startswith("com.outrider")), TEXT, max_size=3)
VOLUMES = st.lists(
    st.sampled_from(
        [
            {"name": "data"},
            {"name": "tmp", "host": {}},
            {
                "name": "files",
                "efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED"},
            },
        ]
    ),
    max_size=3,
    unique_by=lambda volume: volume["name"],
)


@st.composite
def containers(draw: st.DrawFn, name: str, earlier: list[str]) -> dict[str, Any]:
    """One container that may depend on those before it."""
    depends_on = st.lists(
        st.fixed_dictionaries(
            {
                "containerName": st.sampled_from(earlier or [name]),
                "condition": st.sampled_from(["START", "HEALTHY"]),
            }
        ),
        max_size=2,
    )
    container: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {
                "name": st.just(name),
                "image": st.sampled_from(["nginx", "a.b/c:1", f"a.b/c@{DIGEST}", "x:latest"]),
            },
            optional={
                "entryPoint": ENTRY_POINTS,
                "command": COMMANDS,
                "essential": st.booleans(),
                "environment": ENVIRONMENT,
                "mountPoints": st.lists(
                    st.sampled_from([{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}]),
                    max_size=1,
                ),
                "dependsOn": depends_on if earlier else st.just([]),
                "linuxParameters": LINUX_PARAMETERS,
                "dockerLabels": LABELS,
                "logConfiguration": LOGS,
                "healthCheck": st.just({"command": ["CMD-SHELL", "true"], "interval": 10}),
                "user": st.sampled_from(["", "0", "1000:1000", "nobody"]),
                "readonlyRootFilesystem": st.booleans(),
                "restartPolicy": st.just({"enabled": True, "ignoredExitCodes": [0]}),
                "secrets": st.just([{"name": "TOKEN", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/t"}]),
                "ulimits": st.just([{"name": "nofile", "softLimit": 1, "hardLimit": 2}]),
                "portMappings": st.just([{"containerPort": 80, "protocol": "tcp"}]),
                "cpu": st.integers(0, 256),
                "memoryReservation": st.integers(4, 2048),
                "stopTimeout": st.integers(2, 120),
            },
        )
    )
    return {**draw(UNKNOWN), **container}


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """A definition in the form RegisterTaskDefinition takes, which we should be able to patch."""
    chosen = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    listed = [draw(containers(name, chosen[:i])) for i, name in enumerate(chosen)]
    if draw(st.booleans()):
        listed[0]["firelensConfiguration"] = {"type": "fluentbit"}
        listed[0].pop("logConfiguration", None)
    document: dict[str, Any] = {
        "family": "shop",
        "containerDefinitions": listed,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        **draw(UNKNOWN),
        **draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "cpu": st.sampled_from(["256", ".5 vCPU", "1024"]),
                    "memory": st.sampled_from(["512", "1GB", "2048", "8192"]),
                    "volumes": VOLUMES,
                    "tags": st.just([{"key": "team", "value": ""}]),
                    "pidMode": st.just("task"),
                    "ephemeralStorage": st.just({"sizeInGiB": 30}),
                    "runtimePlatform": st.sampled_from(
                        [
                            {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
                            {"cpuArchitecture": "X86_64"},
                        ]
                    ),
                    "proxyConfiguration": st.just(
                        {
                            "type": "APPMESH",
                            "containerName": chosen[-1],
                            "properties": [{"name": "AppPorts", "value": ""}],
                        }
                    ),
                },
            )
        ),
    }
    order = draw(st.permutations(list(document)))
    return {key: document[key] for key in order}


IMAGE_CONFIGS = st.builds(
    ImageConfig,
    entrypoint=st.lists(WORDS, max_size=2).map(tuple),
    cmd=st.lists(WORDS, max_size=3).map(tuple),
    user=st.sampled_from(["", "nginx", "65532"]),
    working_dir=st.sampled_from(["", "/app"]),
)
RESOLVED = st.builds(
    ResolvedImage,
    reference=st.just("nginx"),
    config=IMAGE_CONFIGS,
    pinned=st.sampled_from(["", f"a.b/n@{DIGEST}"]),
)


@st.composite
def images(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, ResolvedImage | Failed]:
    """What was read of the images of a definition: nothing, a config, or a reason."""
    found = {}
    for container in document["containerDefinitions"]:
        image = draw(st.one_of(RESOLVED, RESOLVED, st.none(), st.just(Failed("x", "no network"))))
        if image is not None:
            found[container["name"]] = image
    return found


@st.composite
def settings(draw: st.DrawFn, document: dict[str, Any]) -> Settings:
    """Settings for a definition."""
    there = [container["name"] for container in document["containerDefinitions"]]
    skip = draw(st.frozensets(st.sampled_from(there), max_size=1))
    return Settings(
        sidecar_image=draw(st.sampled_from([SIDECAR, "localhost:5000/sidecar:dev"])),
        mode=draw(st.sampled_from(list(Mode))),
        on_failure=draw(st.sampled_from(list(OnFailure))),
        policy=draw(st.sampled_from(["builtin:learn", "ssm:/shop/policy", "s3://b/k"])),
        skip=skip,
        include=draw(st.frozensets(st.sampled_from(there), max_size=1)) - skip,
        pin_images=draw(st.booleans()),
        raise_memory=draw(st.booleans()),
    )


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("SYS_PTRACE")
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "containerDefinitions",
                    "name",
                    "entryPoint",
                    "dependsOn",
                    "dockerLabels",
                    "taskDefinition",
                    "volumes",
                    "linuxParameters",
                    "capabilities",
                    "add",
                    "tags",
                    "key",
                    "containerName",
                    "v",
                    "absent",
                    "was",
                    "wrote",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
"""Anything JSON can say, with keys that mean something to us."""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in inner for place in [(*path, key), *places(item, (*path, key))]]
