"""The sidecar's only boto3: where policies are kept in an account, and where events go."""
