"""What the team of the demo ships: images, functions and services, with the mistakes that teams make.

The image has this machine's own list of Debian packages, the team's own package a version behind, and a
credential that a later layer removes. Nothing is downloaded."""

import io
import json
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo import oci, registry
from demo.account import happenings
from demo.account.cloud import ACCOUNT, REGION, Cloud
from demo.oci import Entry
from demo.scan.image import MENDED, PACKAGE, SECRET_FILE, SHIPPED, TEMPLATES, credential
from outrider.errors import EnvironmentFault

REPOSITORIES = ("shop/pricing", "shop/pricing-staging", "shop/pricing-canary")
"""One image, pushed to all of them: scanned once."""
OPT_IN = {"outrider": "protect"}
CLUSTER, FAMILY = "shop", "pricing"
ROLLING, CODE_DEPLOY, UNTAGGED = "pricing", "checkout", "legacy"
SERVICES: dict[str, str] = {ROLLING: "ECS", CODE_DEPLOY: "CODE_DEPLOY", UNTAGGED: "ECS"}
"""Service → its deployment controller. The last did not ask to be protected."""
BALANCER = {
    "containerName": "web",
    "containerPort": 8080,
    "targetGroupArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/blue/0123456789abcdef",
}
"""Without one, CodeDeploy has nothing to shift."""
FUNCTIONS: dict[str, str] = {
    "prices": "python3.12",
    "receipts": "nodejs22.x",
    "webhook": "python3.13",
    "forgotten": "python3.8",
}
"""Function → runtime. The last did not ask to be protected, and its runtime is past its end of life."""
ASKED = tuple(name for name in FUNCTIONS if name != "forgotten")
_LIBRARY = "{root}{name}-{version}.dist-info/METADATA"
_METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense: MIT\n"
_HANDLERS = {
    "python": ("app.handler", "app.py", "def handler(event, context):\n    return {'price': 42}\n"),
    "nodejs": ("app.handler", "app.js", "exports.handler = async () => ({price: 42});\n"),
}


def layout(where: Path, version: str = SHIPPED) -> Path:
    """The image as an OCI layout; `MENDED` is one without the mistakes."""
    debian = (
        Entry("etc/os-release", Path("/etc/os-release")),
        Entry("var/lib/dpkg/status", Path("/var/lib/dpkg/status")),
    )
    package = Entry(_metadata_path("srv/pricing/lib/", version), _metadata(version))
    application = (Entry("srv/pricing/prices.py", TEMPLATES / "prices.py"), package)
    dotenv = Entry(SECRET_FILE, f"STRIPE_SECRET_KEY={credential()}\n".encode())
    layers = [oci.layer(debian), oci.layer(application if version == MENDED else (*application, dotenv))]
    if version != MENDED:
        layers.append(oci.layer((Entry("srv/pricing/.wh..env", b""),)))
    start = ["/usr/bin/python3", "/srv/pricing/prices.py"]
    return oci.write(where, {"Entrypoint": start[:1], "Cmd": start[1:], "User": "10001"}, layers)


def push(cloud: Cloud, host: str, made: Path, repository: str, tag: str) -> str:
    """Push to the registry behind ECR, with the event that ECR tells of it; the image's digest."""
    registry.push(made, f"{host}/{repository}:{tag}")
    digest = cloud.ecr.registry.tags(repository)[tag]
    happenings.pushed(cloud, repository, tag, digest)
    return digest


def package(runtime: str) -> tuple[str, bytes]:
    """A function's handler and its zip, the same bytes every time."""
    handler, name, text = _HANDLERS["nodejs" if runtime.startswith("nodejs") else "python"]
    files = {name: text.encode()}
    if runtime.startswith("python"):
        files[_metadata_path("", SHIPPED)] = _metadata(SHIPPED)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path), data)
    return handler, made.getvalue()


def create_function(cloud: Cloud, name: str, role: str) -> dict[str, Any]:
    """Create one function, with the event that CloudTrail tells of it."""
    handler, data = package(FUNCTIONS[name])
    made: dict[str, Any] = cloud.client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Runtime=FUNCTIONS[name],
        Handler=handler,
        Code={"ZipFile": data},
        Environment={"Variables": {"CURRENCY": "EUR", "PAYMENT_KEY": credential()}},
        Tags=OPT_IN if name in ASKED else {},
    )
    happenings.function_created(cloud, made)
    return made


def role(cloud: Cloud) -> str:
    """A role for the functions; nothing here is permitted or forbidden by it."""
    made = cloud.client("iam").create_role(RoleName="shop-function", AssumeRolePolicyDocument="{}")
    return str(made["Role"]["Arn"])


def definition(repository: str = REPOSITORIES[0]) -> dict[str, Any]:
    """The task definition of all services, as a team registers it."""
    options = {"awslogs-group": "/ecs/shop", "awslogs-region": REGION, "awslogs-stream-prefix": "shop"}
    web = {
        "name": "web",
        "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{repository}:1",
        "essential": True,
        "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
        "environment": [{"name": "CURRENCY", "value": "EUR"}, {"name": "EMPTY", "value": ""}],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }
    return {
        "family": FAMILY,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "512",
        "memory": "1024",
        "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/shop-execution",
        "taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/shop",
        "containerDefinitions": [web],
    }


def create_services(cloud: Cloud) -> dict[str, dict[str, Any]]:
    """A task definition of each service, the services, and what CodeDeploy knows of its own."""
    ecs = cloud.client("ecs")
    ecs.create_cluster(clusterName=CLUSTER)
    tags = [{"key": key, "value": value} for key, value in OPT_IN.items()]
    ec2 = cloud.client("ec2")  # every account has a default network
    subnets = [ec2.describe_subnets()["Subnets"][0]["SubnetId"]]
    groups = [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]]
    network = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": groups}}
    made = {}
    for name, controller in SERVICES.items():
        registered = ecs.register_task_definition(**{**definition(), "family": name})
        made[name] = ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=registered["taskDefinition"]["taskDefinitionArn"],
            desiredCount=1,
            launchType="FARGATE",
            deploymentController={"type": controller},
            networkConfiguration=network,
            loadBalancers=[BALANCER] if controller == "CODE_DEPLOY" else [],
            tags=tags if name != UNTAGGED else [],
        )["service"]
        happenings.service_created(cloud, made[name])
    _code_deploy(cloud)
    return made


def _code_deploy(cloud: Cloud) -> None:
    """The application and deployment group of the CodeDeploy service."""
    client = cloud.client("codedeploy")
    client.create_application(applicationName=CODE_DEPLOY, computePlatform="ECS")
    client.create_deployment_group(
        applicationName=CODE_DEPLOY,
        deploymentGroupName=CODE_DEPLOY,
        serviceRoleArn=f"arn:aws:iam::{ACCOUNT}:role/codedeploy",
        ecsServices=[{"serviceName": CODE_DEPLOY, "clusterName": CLUSTER}],
    )


def layers(cloud: Cloud, work: Path, python: str) -> dict[str, str]:
    """Build our layer and publish it; architecture, as Lambda names it → ARN of the version."""
    command = [python, "-c", "from outrider.cli.main import main; main()", "layer", "build", "-o", str(work)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentFault(f"the layer could not be built:\n{done.stderr[-2000:]}")
    found = {}
    for made in sorted(work.glob("outrider-layer-*.zip")):
        architecture = "arm64" if "aarch64" in made.name or "arm64" in made.name else "x86_64"
        answer = cloud.client("lambda").publish_layer_version(
            LayerName=f"outrider-{architecture}",
            Content={"ZipFile": made.read_bytes()},
            CompatibleArchitectures=[architecture],
        )
        found[architecture] = answer["LayerVersionArn"]
    return found


def _metadata_path(root: str, version: str) -> str:
    return _LIBRARY.format(root=root, name=PACKAGE.replace("-", "_"), version=version)


def _metadata(version: str) -> bytes:
    return _METADATA.format(name=PACKAGE, version=version).encode()


def plain(document: Mapping[str, Any]) -> str:
    """A document of AWS's as text that two can be compared by: keys sorted, nothing left out."""
    return json.dumps(document, sort_keys=True, default=str)
