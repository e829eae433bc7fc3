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

COMPLIANCE_PACK = 256 << 10
"""A compliance pack, characters: 500 controls of 400 characters each."""

FUNCTION_PACKAGE = 256 << 20
"""A function's package or layer as AWS hands it out: 250 MiB unzipped is Lambda's own quota."""

FUNCTION_DOCUMENT = 1 << 20
"""A function's configuration as JSON; variables take at most 4 KiB, a resource policy 20 KiB."""

PURL = 8192
"""A package URL, characters. Go modules of monorepos with all their qualifiers have some 500."""

SBOM = 64 << 20
"""An SBOM. One of a 5 GB image with 60,000 packages is 50 MiB; parsed, a document takes ten times its
size."""

SBOM_PACKAGES = 200_000
"""Components or packages (a count) of an SBOM."""

LICENCE_EXPRESSION = 512
"""A licence that might be an SPDX expression, characters: longer ones are licence texts."""

SBOM_VALUES = 4_000_000
"""Lists, objects and elements (a count) of an SBOM: each costs some 100 bytes in memory, and a bomb is made
of them."""
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
LOCK_FILE = 16 << 20
"""A lock file (JSON, YAML, Gradle's, Bundler's …). The largest of public monorepos have some 5 MiB; parsed,
each byte takes up to ten."""

TOML_FILE = 4 << 20
"""A lock file in TOML, which Python reads at 2 to 3 MB a second. Large workspaces have 2 MiB."""

TOML_KEY_PARTS = 32
"""Parts (a count) of one dotted key; tomllib takes quadratic time over them, lock files use three."""

LOCK_DEPTH = 160
"""Nesting of a lock file. npm's first form nests node_modules folders, two levels each."""

LOCK_NODES = 2_000_000
"""Values (a count) of one YAML lock file: 16 MiB have about one in 12 bytes."""

LISTED_PACKAGES = 50_000
"""Packages (a count) that one file may tell of; the largest lock files list some 8,000."""

PACKAGE_NAME = 512
"""A package's name, characters: npm allows 214, a Go module path rarely passes 120."""

PACKAGE_LICENCE = 200
"""A licence as declared, characters; longer ones are the text itself, of which the first line is kept."""

PACKAGE_METADATA = 8 << 20
"""A METADATA, PKG-INFO or gemspec file: a long README is often part of it."""

METADATA_HEAD = 1 << 20
"""The header lines of a METADATA file or a jar's manifest, which can list a digest for each of its
classes."""

PACKAGE_JSON = 2 << 20
"""A package.json; published ones with generated parts have some 200 KiB."""

JAVA_ARCHIVE = 256 << 20
"""A jar, war or ear, whole in memory. Function packages end at 250 MiB."""

JAVA_INFLATED = 512 << 20
"""Bytes that may come out of one Java archive, those nested in it included."""

JAVA_ENTRIES = 200_000
"""Entries (a count) of one Java archive, those nested in it included: a shaded jar has some 60,000."""

JAVA_DEPTH = 10
"""Archives (a count) within each other. An ear with a war with a jar is three."""

JAVA_METADATA = 1 << 20
"""A manifest or a pom.properties within a jar."""

SCRIPT_FILE = 32 << 20
"""A JavaScript bundle that is looked through for banners. Bundles with source maps inside reach 20 MiB."""

SCRIPT_COMMENTS = 2000
"""Legal comments (a count) of one bundle: a large application bundles some 1,000 packages."""

SCRIPT_COMMENT = 2048
"""What is looked at of one legal comment: name and version stand in its first lines."""
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
OS_RELEASE = 64 << 10
"""An os-release, a JDK's `release` or another file that names a version: real ones are a few KiB at most."""

PACKAGE_DATABASE = 64 << 20
"""A text database of packages (dpkg, apk). dpkg's grows by 2 KiB a package."""

PACKAGES = 100_000
"""Packages (a count) that one file may tell of; whole distributions have 60,000."""

PROBLEMS = 20
"""Problems (a count) of one file that are told word for word; of the others there is a number."""

FILE_LIST = 32 << 20
"""The files of one package, as dpkg keeps them. A kernel's headers take 2 MiB."""

OWNED_FILES = 1_000_000
"""Files (a count) that one package database may claim: a full desktop has 400,000."""

OWNED_TEXT = 64 << 20
"""Characters of all their paths. Directories are named once and shared in apk and rpm: a small database can
say much."""

RPM_DATABASE = 128 << 20
"""An rpm database of any kind; it is held twice while SQLite reads it. Images have 5 to 60 MiB."""

RPM_HEADER = 32 << 20
"""One package's header. The largest, with tens of thousands of files, have 5 MiB."""

RPM_TAGS = 4096
"""Entries (a count) of a header's index. Real ones have about 100."""

SQL_STEPS = 50_000_000
"""Steps (a count) of SQLite's machine for one database: 100,000 rows need under 2,000,000."""

PROGRAM_HEADERS = 4096
"""Sections, segments or dynamic entries (a count) of an ELF file. Programs have some 40 sections."""

PROGRAM_NEEDS = 1024
"""Libraries (a count) one ELF file may name; browsers name about 80."""

SCRIPT_LINE = 256
"""What the kernel reads of a program to decide how to start it: BINPRM_BUF_SIZE of linux/binfmts.h."""

GO_BUILD_INFO = 4 << 20
"""A Go program's list of modules. Kubernetes' is 20 KiB."""

CARGO_AUDITABLE = 8 << 20
"""A Rust program's list of crates, unpacked. cargo-auditable's own reader takes as much."""

MARKS = 10_000
"""Places (a count) of a program, or of a chunk of it, where a signature is tried. Real ones have few."""

COPYRIGHT = 4 << 20
"""A package's copyright file; those of browsers and kernels have 1 to 2 MiB."""

CVSS_VECTOR = 512
"""A CVSS vector, characters: one of version 4 with all its metrics has some 220."""

VEX_DOCUMENT = 16 << 20
"""An OpenVEX document; vendors' largest, one for a whole product line, have a few MiB."""

VEX_STATEMENTS = 100_000
"""Statements (a count) of one OpenVEX document."""

SECRET_FILE = 16 << 20
"""A file that is searched for secrets: larger text is a log or a dump, and a second is what it may cost."""

SECRET_WINDOW = 256 << 10
"""What is searched for secrets at once: small enough for a processor's cache, large against the overlap."""

SECRET_OVERLAP = 20 << 10
"""Bytes two windows share: the longest pattern, a private key of 16 KiB in PEM, fits with what is before."""

SECRET_TEXT = 256 << 10
"""A variable, a label or a line of an image's history that is searched for secrets, characters."""

SECRETS_PER_FILE = 100
"""Secrets (a count) listed of one file. Somebody who has so many in one knows what to do with the rest."""

GATE_DOCUMENT = 4 << 20
"""A thresholds or ignore file, characters; 10,000 ignore entries with their reasons fit."""

BASELINE = 256 << 20
"""A JSON report of a scan that is read again, as a baseline or for its programs: it has every package and
executable of an image."""

ENVELOPE = 240 << 10
"""An envelope as JSON: EventBridge and SQS take 256 KiB an entry, theirs around it counted in."""

ENVELOPE_WORD = 2048
"""A name in an envelope's subject, characters: the longest ARN has that."""

ADVISORY_DELTA = 64 << 20
"""What changed between two advisory databases: a name has some 20 bytes, and all ecosystems together some
1,000,000 names."""
