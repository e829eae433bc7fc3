"""One stack a file."""
