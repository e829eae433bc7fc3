"""Task definitions in, task definitions with the defender in them out: data to data plus outcomes."""
