"""`make function-demo`: one vulnerable function, with and without the layer."""
