"""Subcommands of `outrider model`."""
