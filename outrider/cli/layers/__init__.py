"""Making what a function loads."""
