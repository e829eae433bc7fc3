"""Caps of the flight record, each with its reason. Bytes unless the name says otherwise."""

FRAME_GOAL = 256 << 10
"""Unpacked, a writer ends a frame here: what is read at once from a socket makes less."""

EVENT_BYTES = 128 << 10
"""One event, encoded: a wire frame of 8 KiB is 32 KiB with every byte escaped."""

FRAME_PLAIN = FRAME_GOAL + 2 * EVENT_BYTES
"""A frame, unpacked."""

FRAME_STORED = FRAME_PLAIN + (64 << 10)
"""A frame's payload. What cannot be compressed grows by five bytes in 16 KiB."""

SEGMENT_GOAL = 32 << 20
"""Unpacked, a writer begins another segment here, also when it is hardly larger than its header on disk."""

SEGMENT_PLAIN = 64 << 20
"""A segment, unpacked: with FRAME_PLAIN the bound on what a decompression bomb may cost."""

SLOTS = 512
"""Groups (a count) remembered of each kind. More would make references longer and few events smaller."""

REMEMBERED = 1 << 10
"""A group that is remembered: with SLOTS the bound on what a hostile container costs in memory, 2 MiB."""

CONTAINER = 255
"""A container's name; ECS takes no longer one."""

MANIFEST = 1 << 20
"""A seal's manifest: 1,024 files at most."""
