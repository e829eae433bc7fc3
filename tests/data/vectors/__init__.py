"""What the vectors under tests/data are made from; tests/data/make_vectors.py writes them."""
