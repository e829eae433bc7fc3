"""The one walk: each layer is read once and told to everybody who wants a file; then layers are merged."""
