"""What a report says of the database it rests on."""

import hashlib
from datetime import datetime

from outrider.model.finding import DatabaseFact
from outrider.scan.advisories.dates import parse_date
from outrider.scan.advisories.manifest import Manifest

_SECONDS_A_DAY = 86_400


def fact_of(found: Manifest, data: bytes, now: datetime) -> DatabaseFact:
    """What a report says of a database whose manifest has these bytes."""
    as_of = parse_date(found.as_of())
    return DatabaseFact(
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
        built=found.built,
        age_days=(now - as_of).total_seconds() / _SECONDS_A_DAY if as_of else None,
        shards=tuple((shard.name, shard.newest) for shard in found.shards),
    )
