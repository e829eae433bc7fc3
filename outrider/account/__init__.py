"""What the command line and the programs in an account do alike, by clients that are given, never made."""
