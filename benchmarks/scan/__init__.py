"""What the scanner costs: images, functions, matching, the database, secrets."""
