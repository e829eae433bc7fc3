"""What a running workload does: decoding of events, learning, the flight record."""
