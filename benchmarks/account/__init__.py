"""What the functions of the CDK app cost: their cold starts."""
