"""Expressions that name sets of versions, one file a syntax: `>=1.2 <2`, `~> 2.3.18`, `[1.0,2.0)`."""
