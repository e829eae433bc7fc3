"""The doors of the local Lambda: sandbox, interfaces, processes, runtimes."""
