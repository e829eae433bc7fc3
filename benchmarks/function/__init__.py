"""What the layer costs a function: cold start, an invocation, a call, memory, size."""
