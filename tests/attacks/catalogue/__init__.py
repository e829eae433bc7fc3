"""The attacks, a file for each way in or out."""
