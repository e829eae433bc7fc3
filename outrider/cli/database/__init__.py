"""`outrider db`: where the advisory database lies, how it is built, fetched, checked and opened."""
