"""AWS Lambda's facts: quotas, variables, lifecycle, messages of its three interfaces. No I/O."""
