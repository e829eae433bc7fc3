"""What an artifact holds: packages of every family, file owners, the distribution, programs."""
