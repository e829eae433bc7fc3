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

TAR_EXTENDED = 1 << 20
"""One extended header of a tar (pax records, a GNU long name, a sparse map): what Go's reader takes."""

TAR_ENTRIES = 10_000_000
"""Entries (a count) of one tar: three million are real, and each costs some microseconds."""

TAR_PARTS = 100_000
"""Parts (a count) of a sparse file; its map is held in memory."""

TAR_HOLES = 4 << 30
"""Zeros that the sparse files of one tar may make us look at; a header of 512 bytes can ask for 2^63."""

FILE_PATH = 4096
"""A path of an archive, characters: PATH_MAX. No runtime could make a longer one."""

ARCHIVE_NOTES = 200
"""Remarks (a count) kept of one archive; the rest is counted."""

LAYER_TAR = 16 << 30
"""One layer, uncompressed. As `UNPACKED_IMAGE`: a task's storage is 20 GiB unless more was asked for."""

LAYER_RATIO = 500
"""Bytes (a count) that one compressed byte may become, beyond `LAYER_RATIO_FREE`; program code gives 2 to 5,
headers of empty files 70 with gzip and 280 with zstd."""

LAYER_RATIO_FREE = 2 << 30
"""Uncompressed bytes for which no ratio is asked: an image may hold a file of zeros."""

ZSTD_WINDOW = 128 << 20
"""Memory that a zstd frame may ask its reader for: what the zstd program takes without a flag."""

ZIP_DIRECTORY = 32 << 20
"""Central directory of a zip, held in memory while it is read."""

ZIP_ENTRIES = 200_000
"""Entries (a count) of a zip; a function of 250 MiB with 100,000 files is already an extreme one."""

ZIP_UNPACKED = 4 << 30
"""Uncompressed bytes read of one zip; a function's code and layers have 250 MiB together."""

LAYOUT_DEPTH = 4
"""Indexes (a count) within indexes of an OCI layout; buildkit's attestations make two."""

PROGRAM_WHOLE = 64 << 20
"""A program that is held in memory whole; larger ones are looked at piece by piece."""

LAYER_LINKS = 250_000
"""Links (a count) of one layer that are kept to be resolved: an image of Debian has 5,000."""

LAYER_FILES = 250_000
"""Files (a count) of one layer about which facts are kept: an image of Debian has 10,000."""

LAYER_FACTS = 500_000
"""Packages and secrets (a count) kept of one layer."""

LAYER_OWNED = 1_000_000
"""Paths (a count) that OS packages of one layer say are theirs: large distributions list 200,000."""

LAYER_DOCUMENT = 512 << 20
"""What is stored about one layer; eight bytes for each of its paths are most of it."""

LINK_STEPS = 40
"""Symbolic links (a count) followed for one path: the kernel's own MAXSYMLINKS."""

LINK_ALIASES = 64
"""Names (a count) of one file through directory links that are looked for in a higher layer."""

READ_AGAIN = 1000
"""Files (a count) read in a second pass because a link gives them a name that somebody wants."""

IMAGE_STEPS = 4096
"""Steps of an image's history, and its layers (a count): engines stop at 127 layers, builds have 300 steps
at most."""

SAVED_MEMBERS = 64 << 20
"""Small members of a `docker save` archive held in memory: manifests and configs of all its images."""
