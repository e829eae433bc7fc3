"""Subcommands of `outrider function`: one file each."""
