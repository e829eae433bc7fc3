"""Every cap on untrusted input, each with its reason. Bytes unless the name says otherwise."""

POLICY_BLOB = 1 << 20
"""`OR_POLICY_MAX_BYTES` of native/policy.h: what the supervisor agrees to map."""

POLICY_DOCUMENT = 4 << 20
"""A policy document (YAML or JSON). A blob of 1 MiB comes from less than this."""

POLICY_RULES = 4096
"""`OR_POLICY_MAX_RULES`: rules of one container; the supervisor scans them in order."""

PATTERN = 1024
"""`OR_PATTERN_MAX`: one path pattern, encoded."""

WIRE_FRAME = 8192
"""`OR_FRAME_MAX`: one event frame."""

TASK_DEFINITION = 1 << 20
"""A task definition file. ECS takes 64 KiB; describe output with indentation and tags is larger."""

EVENT_LINE = 64 << 10
"""One JSON line of an event file: a frame of 8 KiB, escaped, with room."""

IMAGE_MANIFEST = 4 << 20
"""A manifest or index (the OCI distribution specification asks registries to take at least 4 MiB)."""

IMAGE_CONFIG = 8 << 20
"""An image config; the history of a long build fits."""

DOCUMENT_DEPTH = 32
"""Nesting of a YAML or JSON document; a policy needs 6. Parsers recurse."""

MODEL_FILE = 64 << 20
"""A file of behaviour models. 100,000 behaviours of 500 bytes fit; a policy holds 4096 rules a container."""

KEY_FILE = 4096
"""A signing or verifying key: 44 characters of base64 and perhaps a newline."""

RECORD_EVENTS = 250_000
"""Events (a count) that are held in memory to tell one story: half a GiB. A recorder keeps far fewer."""

WIRE_ANCESTORS = 8
"""Ancestors (a count) in one frame, as wire.h says."""

IMAGE_REFERENCE = 1024
"""An image reference, characters: a host of 253, a repository of 255, a tag of 128 and a digest fit."""

IMAGE_INDEX_ENTRIES = 1024
"""Manifests of one index; the largest official images list some 20 platforms with an attestation each."""

REGISTRY_ANSWER = 64 << 10
"""A token or an error document of a registry; tokens of large providers are a few KiB."""

REGISTRY_REDIRECTS = 4
"""Redirects followed for one request: registries send one, to their blob store."""

AUTH_FILE = 1 << 20
"""Docker's or podman's file of registry logins."""

UNPACKED_IMAGE = 16 << 30
"""An image unpacked without an engine: Fargate's task storage is 20 GiB unless more was asked for."""

UNPACK_STEPS = 4096
"""Directories and links followed for one path of an image layer: PATH_MAX is 4096 bytes."""

HTTP_HEAD = 64 << 10
"""Head (or trailers) of a request to the local Lambda's interfaces: an X-Ray error cause of 32 KiB fits."""

HTTP_FIELDS = 100
"""Header lines (a count) of such a request."""

HTTP_CHUNK_LINE = 256
"""The line with a chunk's size."""

HTTP_CONNECTIONS = 128
"""Connections (a count) to a local Lambda at once: a thread each; a runtime and ten extensions need 30."""

FUNCTION_LOG_LINE = 256 << 10
"""One line that a function prints: CloudWatch takes events of 256 KiB. Longer ones come in pieces."""

FUNCTION_LOG_LINES = 100_000
"""Log lines (a count) of a local function that are kept in memory."""

EXTENSION_REQUEST = 1 << 20
"""Body of a request to the Extensions or the Telemetry API; real ones are under 1 KiB."""

LAYER_UNZIPPED = 250 << 20
"""Lambda's quota for code and layers together, unzipped."""

LAYER_ENTRIES = 100_000
"""Entries (a count) of a layer's zip."""

LAYER_ZIP = 1 << 20
"""The layer's zip, and each of its parts: a promise of the README."""

VERSION = 512
"""A version, characters. The longest of real feeds have some 120; comparing must stay cheap."""

ADVISORY_DOCUMENT = 64 << 20
"""One document of an advisory feed that is parsed whole. Red Hat's VEX of a kernel flaw has some 20 MiB."""

ADVISORY_RECORD = 32 << 20
"""One record of a feed that is read record by record: Debian's tracker has 8 MiB to say of the kernel."""

ADVISORY_SOURCE = 8 << 30
"""All documents of one feed, unpacked. osv.dev's largest ecosystem has some 2 GiB."""

ADVISORY_DOCUMENTS = 500_000
"""Documents (a count) of one feed: osv.dev has 300,000 for npm."""

ADVISORY_LINE = 1 << 20
"""One line of a feed of lines. The longest of Debian's indexes has some 60 KiB."""

ADVISORY_TEXT = 32_768
"""Characters that are kept of an advisory's description; the reference has the rest."""

ADVISORY_ITEMS = 100_000
"""Entries (a count) of one list of an advisory: versions, ranges, references. Real ones have up to 5,000."""

ADVISORY_BODY = 64 << 20
"""An advisory as a shard keeps it, unpacked: 100,000 versions of 500 characters fit."""

ADVISORY_PROBLEMS = 20
"""Records (a count) of one feed that are named when they cannot be read; the rest is counted."""

ADVISORY_MANIFEST = 8 << 20
"""The manifest of an advisory database: 400 bytes a shard and a source."""

ADVISORY_SHARD = 4 << 30
"""One shard of an advisory database. The largest real one has some 200 MiB."""

ADVISORY_SHARDS = 4096
"""Shards (a count) of one database: some 40 ecosystems and 100 releases."""

RANGE_EXPRESSION = 8192
"""A range expression of an advisory, characters. Real ones list up to some hundred alternatives."""

CVSS_VECTOR = 512
"""A CVSS vector, characters: one of version 4 with all its metrics has some 220."""

VEX_DOCUMENT = 16 << 20
"""An OpenVEX document; vendors' largest, one for a whole product line, have a few MiB."""

VEX_STATEMENTS = 100_000
"""Statements (a count) of one OpenVEX document."""
