"""What a newer database costs an account: the inverted index, and matching through it."""
