"""Who a function runs as, and what its machine is called: as seen inside Lambda, not documented."""

UID = 993
"""sbx_user1051, for the runtime and for extensions alike."""

GID = 990

HOSTNAME = "169.254.76.1"
"""A link-local address, as Lambda has it."""
