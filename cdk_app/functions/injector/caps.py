"""Caps on what comes from outside, each with its reason."""

MESSAGE = 256 << 10
"""Bytes of a message: what SQS and EventBridge carry at most."""

NAME = 2048
"""Characters of an ARN or a name in an event: the longest ARN has that."""

CURSOR = 4096
"""Characters of a reconcile's place: two ARNs."""

WORDS = 4000
"""Characters of a reason or hint that is stored and sent: ten containers' errors fit, an item stays small."""

PICTURES = 64
"""Images (a count) whose configs are kept between two events: a definition has ten containers."""
