"""The only room of the command line that knows boto3."""
