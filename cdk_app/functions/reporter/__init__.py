"""Tells what happened where people already look."""
