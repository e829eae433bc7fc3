"""Caps on what comes from outside, each with its reason; bytes unless named otherwise."""

LOG_DELIVERY = 8 << 20
"""What a CloudWatch Logs subscription delivers, unzipped: its batches are at most 1 MiB zipped, and log text
shrinks four to eight times. More is a bomb."""

LOG_DELIVERY_EVENTS = 20_000
"""Log events (a count) of one delivery: a line of ours has 400 bytes and more."""

MODEL_ENTRY = 16 << 10
"""A behaviour, or one name of who showed it, as DynamoDB holds it, characters: 17 of them stay under the 400
KB of an item."""
