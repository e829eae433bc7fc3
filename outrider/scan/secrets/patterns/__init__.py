"""The patterns, one family of services a file; `outrider/scan/secrets/registry.py` lists them."""
