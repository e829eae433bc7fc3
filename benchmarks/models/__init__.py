"""Behaviour models of many tasks."""
