"""The command line: one subcommand a file, and the only place where the library meets the world."""
