"""Protects what asks for it: task definitions and functions."""
