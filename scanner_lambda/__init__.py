"""The scanner in an account: events become jobs, jobs become findings."""
