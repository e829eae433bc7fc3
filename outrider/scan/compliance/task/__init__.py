"""Rules about ECS task definitions."""
