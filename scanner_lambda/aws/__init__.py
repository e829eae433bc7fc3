"""The scanner's only boto3."""
