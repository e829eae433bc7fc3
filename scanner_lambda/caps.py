"""Caps on what comes from outside, each with its reason; bytes unless named otherwise."""

INDEX_SEGMENT = 64 << 20
"""What one artifact adds to the inverted index, unpacked: 500,000 packages of 120 bytes."""

INDEX_PARTITION = 512 << 20
"""A 64th of the inverted index, unpacked: 1,000,000 artifacts of 400 packages have some 25 MiB in each."""

INDEX_TABLE = 512 << 20
"""The inverted index's list of artifacts, unpacked: 2,000,000 of 250 bytes."""

INDEX_HEAD = 64 << 10
"""What names the files of one generation of the inverted index: 200 bytes each."""

INDEX_ARTIFACT = 512
"""An artifact's id in the inverted index, characters: a function's longest ARN has 250."""

SWEEP_CHECKPOINT = 256 << 20
"""How far a sweep has come, unpacked: the digests of 2,000,000 images."""

SWEEP_ID = 64
"""A sweep's id, characters: that of the request that began it, a UUID."""

REMATCH_MESSAGE = 256 << 10
"""A message of the rematch queue: as much as SQS takes."""

REMATCH_CHANGES = 256 << 20
"""What a newer database changes, unpacked: 5,000 packages of 100 versions with 500 bytes each."""

FEED = 4 << 30
"""One feed as a mirror has it, packed. osv.dev's largest has some 200 MiB; /tmp of a Lambda has 10 GiB."""

FEED_MARK = 4096
"""What is remembered of a feed: an ETag, a size and a digest."""

SCAN_JOB = 256 << 10
"""A message on the scanner's queue: EventBridge events and our own jobs are far smaller than that."""

SCAN_WORD = 1024
"""A name in a job, characters: repositories have at most 256, tags 128, a function's ARN some 250."""

SCAN_ATTEMPT = 1000
"""The highest number that a job may say it was continued: it is counted up to a far lower bound."""

FINDING_IN_EVENT = 64 << 10
"""A finding as JSON in an event, characters: longer lists are cut, and ten such fit into no fewer calls."""

TOLD = 64 << 20
"""What was told of a scan, unpacked: a report's findings, without its packages."""

REPORT = 256 << 20
"""A report of ours, unpacked: 500,000 packages and programs of 500 bytes each."""
