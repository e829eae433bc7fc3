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

SECRET_FILE = 16 << 20
"""A file that is searched for secrets: larger text is a log or a dump, and a second is what it may cost."""

SECRET_WINDOW = 256 << 10
"""What is searched for secrets at once: small enough for a processor's cache, large against the overlap."""

SECRET_OVERLAP = 20 << 10
"""Bytes two windows share: the longest pattern, a private key of 16 KiB in PEM, fits with what pr"""
"""ecedes it."""

SECRET_TEXT = 256 << 10
"""A variable, a label or a line of an image's history that is searched for secrets, characters."""

SECRETS_PER_FILE = 100
"""Secrets (a count) listed of one file. Somebody who has so many in one knows what to do with the rest."""

GATE_DOCUMENT = 4 << 20
"""A thresholds or ignore file, characters; 10,000 ignore entries with their reasons fit."""

BASELINE = 256 << 20
"""A JSON report that serves as a baseline: it has every package and executable of an image."""
