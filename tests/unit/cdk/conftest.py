"""aws_cdk starts one node process for the whole session: these tests share it."""

import os

os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "1")
