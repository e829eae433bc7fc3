"""What a member ships."""

import io
import zipfile

from demo.account import shipping
from tests.programs.members.two_accounts import Accounts


def function(accounts: Accounts, name: str) -> str:
    """A function of the member, with a layer and a credential; its ARN."""
    client, packed = accounts.client("lambda"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/shared.py", "X = 1\n")
    layer = client.publish_layer_version(LayerName="shared", Content={"ZipFile": packed.getvalue()})
    iam = accounts.client("iam")
    role = iam.create_role(RoleName=f"role-{name}", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    handler, code = shipping.package("python3.12")
    made = client.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.12",
        Handler=handler,
        Code={"ZipFile": code},
        Layers=[layer["LayerVersionArn"]],
        Environment={"Variables": {"KEY": shipping.credential()}},
    )
    return str(made["FunctionArn"])
