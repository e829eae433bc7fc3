"""What runs in processes of its own: makes the sandbox and is its first process. Standard library only."""
