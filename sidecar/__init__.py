"""The agent beside a task: installs the supervisor, receives its events, keeps the record."""
