"""Every call of the reporter to AWS."""
