"""What each function may do: one literal table, a reason beside every statement."""

from cdk_app.stacks.grants import (
    ALWAYS,
    BUS,
    DATABASE_KEY,
    ECR,
    FUNCTIONS,
    HERE,
    IDEMPOTENCY,
    SCANS,
    STATE,
    STATE_LIST,
    Grant,
    consume,
    send,
)

READS: dict[str, tuple[Grant, ...]] = {
    "ScanFunction": (
        Grant(
            sid="Images",
            reason="manifests and layers of every repository",
            actions=("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
            resources=(ECR,),
        ),
        Grant(
            sid="FunctionPackages",
            reason="code, settings, resource policy and URL of every function",
            actions=(
                "lambda:GetFunction",
                "lambda:GetPolicy",
                "lambda:GetFunctionUrlConfig",
                "lambda:GetFunctionConcurrency",
                "lambda:GetFunctionCodeSigningConfig",
            ),
            resources=(FUNCTIONS,),
        ),
        Grant(
            sid="Layers",
            reason="layers of functions may belong to other accounts",
            actions=("lambda:GetLayerVersion",),
            resources=("arn:{partition}:lambda:{region}:*:layer:*:*",),
        ),
        Grant(
            sid="Decrypt",
            reason="code under a customer's key: Lambda asks in the caller's name",
            actions=("kms:Decrypt",),
            resources=(f"arn:{{partition}}:kms:{HERE}:key/*",),
            condition=(("StringEquals", "kms:ViaService", "lambda.{region}.amazonaws.com"),),
            implicit=True,
        ),
    ),
    "SweepFunction": (
        Grant(
            sid="Repositories",
            reason="every repository is listed; the list has no resource of its own below them all",
            actions=("ecr:DescribeRepositories", "ecr:DescribeImages"),
            resources=(ECR,),
        ),
        Grant(
            sid="Functions",
            reason="ListFunctions knows no resources",
            actions=("lambda:ListFunctions",),
            resources=("*",),
        ),
    ),
}
"""Function → what it reads of an account that is looked after: its own by its role, a member's by MEMBER."""

MEMBER = tuple(grant for grants in READS.values() for grant in grants)
"""Statements of the role in a member: the same, so that the two cannot part."""

PERMISSIONS: dict[str, tuple[Grant, ...]] = {
    "ScanFunction": (
        *ALWAYS,
        consume("{jobs_queue}"),
        send("{jobs_queue}", "what does not fit into one run is continued by a further job"),
        BUS,
        IDEMPOTENCY,
        SCANS,
        STATE,
        STATE_LIST,
        DATABASE_KEY,
        *READS["ScanFunction"],
    ),
    "SweepFunction": (
        *ALWAYS,
        Grant(
            sid="Jobs",
            reason="a job for every artifact; redrive of the dead-letter queue",
            actions=("sqs:SendMessage", "sqs:StartMessageMoveTask"),
            resources=("{jobs_queue}", "{jobs_dlq}"),
        ),
        Grant(
            sid="Redrive",
            reason="StartMessageMoveTask moves with the caller's rights",
            actions=("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
            resources=("{jobs_dlq}",),
            implicit=True,
        ),
        BUS,
        *READS["SweepFunction"],
        Grant(
            sid="Checkpoints",
            reason="how far a sweep has come; put away at its end",
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
            resources=("{state_bucket}/sweeps/*",),
        ),
        STATE_LIST,
        Grant(
            sid="Itself",
            reason="a sweep without time left goes on in another invocation; the name is CloudFormation's",
            actions=("lambda:InvokeFunction",),
            resources=(f"arn:{{partition}}:lambda:{HERE}:function:{{stack}}-*",),
        ),
    ),
    "DatabaseFunction": (
        *ALWAYS,
        Grant(
            sid="Database",
            reason="shards, manifest and the delta; nothing else of the bucket",
            actions=("s3:GetObject", "s3:PutObject"),
            resources=("{state_bucket}/db/*",),
        ),
        STATE_LIST,
        send("{rematch_queue}", "a new database asks for a rematch"),
        Grant(
            sid="SigningKey",
            reason="the key that signs the manifest",
            actions=("ssm:GetParameter",),
            resources=(f"arn:{{partition}}:ssm:{HERE}:parameter{{database_key}}",),
        ),
    ),
    "RematchFunction": (
        *ALWAYS,
        consume("{rematch_queue}"),
        send("{rematch_queue}", "a long rematch is continued by a further job"),
        STATE,
        STATE_LIST,
        Grant(
            sid="Compaction",
            reason="segments and generations of the index that a newer one has taken the place of",
            actions=("s3:DeleteObject",),
            resources=("{state_bucket}/index/*",),
        ),
        Grant(
            sid="Artifacts",
            reason="which report is an artifact's: a rematch makes another",
            actions=("dynamodb:GetItem", "dynamodb:PutItem"),
            resources=("{scans_table}",),
        ),
        DATABASE_KEY,
        BUS,
    ),
    "InjectorFunction": (
        *ALWAYS,
        consume("{injector_queue}"),
        Grant(
            sid="Outcomes",
            reason="every decision is kept",
            actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
            resources=("{outcomes_table}",),
        ),
        send("{injector_queue}", "a reconcile without time left goes on by a message"),
        BUS,
        Grant(
            sid="Lists",
            reason="ECS and Lambda give these calls no resources",
            actions=(
                "ecs:ListClusters",
                "ecs:DescribeTaskDefinition",
                "ecs:RegisterTaskDefinition",
                "ecs:ListServices",
                "lambda:ListFunctions",
            ),
            resources=("*",),
        ),
        Grant(
            sid="Services",
            reason="services are described and rolled",
            actions=("ecs:DescribeServices", "ecs:UpdateService"),
            resources=(f"arn:{{partition}}:ecs:{HERE}:service/*",),
        ),
        Grant(
            sid="Clusters",
            reason="a cluster's tag speaks for its services",
            actions=("ecs:DescribeClusters",),
            resources=(f"arn:{{partition}}:ecs:{HERE}:cluster/*",),
        ),
        Grant(
            sid="TagRevisions",
            reason="a patched revision keeps its tags",
            actions=("ecs:TagResource",),
            resources=(f"arn:{{partition}}:ecs:{HERE}:task-definition/*",),
            condition=(("StringEquals", "ecs:CreateAction", "RegisterTaskDefinition"),),
            implicit=True,
        ),
        Grant(
            sid="PassTaskRoles",
            reason="a revision names the roles that its original named; only ECS tasks may take them",
            actions=("iam:PassRole",),
            resources=("arn:{partition}:iam::{account}:role/*",),
            condition=(("StringEquals", "iam:PassedToService", "ecs-tasks.amazonaws.com"),),
            implicit=True,
        ),
        Grant(
            sid="CodeDeploy",
            reason="services with the controller CODE_DEPLOY are rolled by a deployment",
            actions=(
                "codedeploy:CreateDeployment",
                "codedeploy:GetDeploymentConfig",
                "codedeploy:GetDeploymentGroup",
                "codedeploy:ListDeploymentGroups",
                "codedeploy:RegisterApplicationRevision",
            ),
            resources=(
                f"arn:{{partition}}:codedeploy:{HERE}:application:*",
                f"arn:{{partition}}:codedeploy:{HERE}:deploymentgroup:*",
                f"arn:{{partition}}:codedeploy:{HERE}:deploymentconfig:*",
            ),
        ),
        Grant(
            sid="CodeDeployApplications",
            reason="ListApplications knows no resources",
            actions=("codedeploy:ListApplications",),
            resources=("*",),
        ),
        Grant(
            sid="Images",
            reason="entry points that the image alone knows; whether a repository's tags can be moved",
            actions=("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeRepositories"),
            resources=(ECR,),
        ),
        Grant(
            sid="Programs",
            reason="the scanner's lists of images' programs, for day zero; nothing else of the bucket",
            actions=("s3:GetObject",),
            resources=("{state_bucket}/programs/*",),
        ),
        STATE_LIST,
        Grant(
            sid="Functions",
            reason="functions are patched, and marked by a tag",
            actions=(
                "lambda:GetFunction",
                "lambda:GetFunctionConfiguration",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:ListAliases",
                "lambda:ListProvisionedConcurrencyConfigs",
                "lambda:UpdateFunctionConfiguration",
                "lambda:ListTags",
                "lambda:TagResource",
                "lambda:UntagResource",
            ),
            resources=(FUNCTIONS,),
        ),
        Grant(
            sid="Layers",
            reason="sizes of a function's layers, which may be other accounts'; ours is attached",
            actions=("lambda:GetLayerVersion",),
            resources=("arn:{partition}:lambda:{region}:*:layer:*:*",),
        ),
        Grant(
            sid="CodeSigning",
            reason="a function may take only signed layers",
            actions=("lambda:GetCodeSigningConfig",),
            resources=(f"arn:{{partition}}:lambda:{HERE}:code-signing-config:*",),
        ),
        Grant(
            sid="Originals",
            reason="what a function was before, for an exact removal; the pause switch",
            actions=("ssm:GetParameter", "ssm:PutParameter", "ssm:DeleteParameter"),
            resources=(f"arn:{{partition}}:ssm:{HERE}:parameter/outrider/*",),
        ),
    ),
    "ReporterFunction": (
        *ALWAYS,
        consume("{events_queue}"),
        send("{events_queue}", "a log line that could not be told becomes a message, which comes again"),
        IDEMPOTENCY,
        BUS,
        Grant(
            sid="Models",
            reason="behaviour models are merged under conditions",
            actions=("dynamodb:GetItem", "dynamodb:PutItem"),
            resources=("{models_table}",),
        ),
        Grant(
            sid="Reports",
            reason="OCSF partitions; nothing is read back",
            actions=("s3:PutObject",),
            resources=("{reports_bucket}/ocsf/*",),
        ),
        Grant(sid="Topic", reason="people are told", actions=("sns:Publish",), resources=("{topic}",)),
    ),
    "StagesFunction": (
        *ALWAYS,
        BUS,
        Grant(
            sid="Models",
            reason="versions are listed, their models read, and steps written under conditions",
            actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
            resources=("{models_table}",),
        ),
        Grant(
            sid="Proposals",
            reason="the policy that a step results in, for people to read; nothing is read back",
            actions=("s3:PutObject",),
            resources=("{reports_bucket}/proposals/*",),
        ),
        Grant(
            sid="Terms",
            reason="what it takes to go a step on",
            actions=("ssm:GetParameter",),
            resources=(f"arn:{{partition}}:ssm:{HERE}:parameter/outrider/terms",),
        ),
    ),
}
"""Function id → its statements."""

SECURITY_HUB = Grant(
    sid="SecurityHub",
    reason="only when asked: findings of our own product",
    actions=("securityhub:BatchImportFindings",),
    resources=(f"arn:{{partition}}:securityhub:{HERE}:product/{{account}}/default",),
)

PUBLISHING = (
    Grant(
        sid="Policies",
        reason="only when asked: signed policies are put where agents look, over those with a smaller number",
        actions=("s3:GetObject", "s3:PutObject"),
        resources=("{state_bucket}/policies/*",),
    ),
    Grant(
        sid="PoliciesList",
        reason="a policy that is not there answers 404, not 403",
        actions=("s3:ListBucket",),
        resources=("{state_bucket}",),
        implicit=True,
    ),
    Grant(
        sid="PolicyKey",
        reason="only when asked: the key that signs policies, which is yours and never leaves KMS",
        actions=("kms:Sign",),
        resources=("{policy_signing_key}",),
    ),
)
"""What StagesFunction may besides, where a deployment names a key."""

POINTING = (
    Grant(
        sid="PolicyKey",
        reason="only when asked: the public half of the key that signs policies, which tasks are told",
        actions=("kms:GetPublicKey",),
        resources=("{policy_signing_key}",),
    ),
)
"""What InjectorFunction may besides, where a deployment names a key."""

TASKS = (
    Grant(
        sid="Programs",
        reason="day zero: a sidecar reads the lists of programs that its task definition names",
        actions=("s3:GetObject",),
        resources=("{state_bucket}/programs/*",),
    ),
    Grant(
        sid="ProgramsKey",
        reason="the bucket is under Core's key (a bucket key): S3 uses it in the reader's name, for it alone",
        actions=("kms:Decrypt",),
        resources=("{key}",),
        condition=(
            ("StringEquals", "kms:ViaService", "s3.{region}.amazonaws.com"),
            ("StringEquals", "kms:EncryptionContext:aws:s3:arn", "{state_bucket}"),
        ),
    ),
)
"""Statements of the managed policy that roles of protected tasks take for day zero."""

TASKS_PUBLISHED = (
    Grant(
        sid="Policies",
        reason="only when asked: a sidecar reads the signed policy of its container's version",
        actions=("s3:GetObject",),
        resources=("{state_bucket}/policies/*",),
    ),
    Grant(
        sid="PoliciesList",
        reason="a policy that is not there yet answers 404, not 403: nothing but policies is listed",
        actions=("s3:ListBucket",),
        resources=("{state_bucket}",),
        condition=(("StringLike", "s3:prefix", "policies/*"),),
    ),
)
"""What they take besides, where a deployment names a key that signs policies."""
