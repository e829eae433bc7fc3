"""What the agent and its flight record cost."""
