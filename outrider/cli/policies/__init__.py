"""The subcommands of `outrider policy`, one a file."""
