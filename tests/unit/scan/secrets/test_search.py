import codecs
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outrider import limits
from outrider.model.finding import Secret, Severity
from outrider.scan.secrets.search import MORE, search, search_text
from tests.contracts.secret_examples import written_out

TOKEN = written_out("<crc62:npm_>", "search")
OTHER = written_out("<crc62:ghp_>", "search")
KEY = written_out("<pem:RSA PRIVATE KEY>", "search")
PATH = "srv/app/notes.txt"


def found(data: bytes | str, path: str = PATH) -> tuple[Secret, ...]:
    return search(path, [data.encode() if isinstance(data, str) else data])


def rules(secrets: tuple[Secret, ...]) -> list[str]:
    return [secret.rule for secret in secrets]


class TestFile:
    def test_nothing(self) -> None:
        assert found("") == ()
        assert search(PATH, []) == ()
        assert found("nothing to see here\n" * 10_000) == ()

    def test_where_and_how_sure(self) -> None:
        (secret,) = found(f"one\ntwo\nkey = {TOKEN}\n")
        assert (secret.path, secret.line, secret.rule) == ("/srv/app/notes.txt", 3, "npm-token")
        assert (secret.confidence, secret.checked, secret.severity) == ("high", True, Severity.CRITICAL)

    def test_a_wrong_checksum_is_no_token(self) -> None:
        assert found(TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1")) == ()

    def test_the_same_one_again_is_told_once_with_its_first_line(self) -> None:
        (secret,) = found(f"\n{TOKEN}\nx\n{TOKEN}\n")
        assert secret.line == 2

    def test_several_on_one_line_and_in_order(self) -> None:
        assert rules(found(f"{TOKEN} {OTHER}")) == ["npm-token", "github-personal-access-token"]

    def test_after_an_escaped_line_end(self) -> None:
        assert rules(found(f'"x\\n{TOKEN}\\n"')) == ["npm-token"]

    def test_every_line_of_a_large_file_is_numbered_right(self) -> None:
        line = "x" * 99 + "\n"
        for lines in (1, 2_400, 2_500, 7_000):
            (secret,) = found(line * lines + TOKEN)
            assert secret.line == lines + 1

    def test_a_key_across_windows(self) -> None:
        for shift in (-len(KEY), -len(KEY) // 2, -10, 0, 10):
            padding = "y" * 63 + "\n"
            before = padding * ((limits.SECRET_WINDOW - limits.SECRET_OVERLAP + shift) // 64)
            (secret,) = found(f"{before}{KEY}\n{padding * 9000}")
            assert secret.rule == "private-key"

    def test_utf_16(self) -> None:
        for bom, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
            data = bom + f"a\n{TOKEN}\n".encode(codec)
            (secret,) = search(PATH, [data[:1], data[1:20], data[20:]])
            assert secret.line == 2

    def test_too_many_are_told_of(self) -> None:
        many = "".join(written_out("<crc62:npm_>\n", str(n)) for n in range(limits.SECRETS_PER_FILE + 5))
        secrets = found(many)
        assert len(secrets) == limits.SECRETS_PER_FILE + 1
        assert secrets[-1].rule == MORE

    def test_credentials_of_documentation_are_not_told(self) -> None:
        assert found("ghp_" + "zQWBuTSOoRi4A9spHcVY5ncn" + "sDkxkJ0mLq17") == ()
        assert found("key = AKIA" + "IOSFODNN7EXAMPLE") == ()

    def test_the_same_credential_of_the_same_rule_has_the_same_fingerprint_anywhere(self) -> None:
        (here,), (there,) = found(TOKEN), found(f"\n\n{TOKEN}", "opt/else")
        assert here.fingerprint == there.fingerprint
        assert len(here.fingerprint) == 16


class TestForeign:
    """Other people's code: only what has a form of its own, and doubtful."""

    @pytest.mark.parametrize(
        "path", ["usr/lib/python3/dist-packages/x/test.key", "srv/app/node_modules/x/key.pem"]
    )
    def test_test_keys_are_doubtful(self, path: str) -> None:
        (secret,) = found(KEY, path)
        assert secret.confidence == "low"

    def test_names_say_nothing(self) -> None:
        text = (
            'password = "Tr0ub4dor&3xyz"\nurl = "https://me:s3cr3tpw@git.internal/"\nHEROKU_API_KEY='
            + written_out("<uuid>", "x")
        )
        assert found(text, "usr/lib/node_modules/x/a.js") == ()
        assert len(found(text)) == 3

    def test_a_right_checksum_is_no_doubt(self) -> None:
        assert found(TOKEN, "srv/app/node_modules/x/a.js")[0].confidence == "high"


class TestKeys:
    def test_one_with_a_passphrase_is_low(self) -> None:
        for label in ("ENCRYPTED PRIVATE KEY",):
            (secret,) = found(written_out(f"<pem:{label}>", "e"))
            assert secret.severity is Severity.LOW
        head = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n"
        first, _, rest = KEY.partition("\n")
        (secret,) = found(f"{first}\n{head}{rest}")
        assert secret.severity is Severity.LOW

    def test_one_without_is_critical(self) -> None:
        assert found(KEY)[0].severity is Severity.CRITICAL


class TestTexts:
    @pytest.mark.parametrize(
        ("place", "text", "expected"),
        [
            ("env:DB_PASSWORD", "correct-horse-7", "named-secret"),
            ("env:DB_PASSWORD", "DB_PASSWORD=correct-horse-7", "named-secret"),
            ("env:ADMIN_TOKEN", "q8fkf03jfk", "named-secret"),
            ("label:com.shop.password", "correct-horse-7", "named-secret"),
            ("history:3", "RUN |1 DB_PASSWORD=correct-horse-7 /bin/sh -c ./setup", "named-secret"),
            ("history:0", "ENV APP_SECRET=correct-horse-7", "named-secret"),
            ("env:NPM", TOKEN, "npm-token"),
            ("env:NPM_TOKEN", TOKEN, "npm-token"),
            ("history:1", f"RUN npm config set //r/:_authToken {TOKEN}", "npm-token"),
            ("env:DATABASE_URL", "postgres://shop:c0rrect-horse@db.internal/x", "database-url"),
        ],
    )
    def test_told(self, place: str, text: str, expected: str) -> None:
        (secret,) = search_text(place, text)
        assert (secret.rule, secret.path, secret.line) == (expected, place, 0)
        assert text.rpartition("=")[2] not in repr(secret)

    @pytest.mark.parametrize(
        ("place", "text"),
        [
            ("env:DB_PASSWORD", ""),
            ("env:DB_PASSWORD", "${DB_PASSWORD}"),
            ("env:DB_PASSWORD", "changeme"),
            ("env:DB_PASSWORD", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db"),
            ("env:DB_PASSWORD_FILE", "/run/secrets/db-password-7"),
            ("env:DB_PASSWORD", "/run/secrets/db-password-7"),
            ("env:TOKEN_URL", "https://login.internal/token"),
            ("env:SECRET", "true"),
            ("env:PATH", "/usr/local/bin:/usr/bin"),
            ("env:GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D"),
            ("env:PYTHON_SHA256", "a" + "0123456789abcdef" * 3),
            ("history:2", "RUN /bin/sh -c apt-get install -y passwd=1:4.13+dfsg1-1 # buildkit"),
            ("history:2", "ENV PYTHON_VERSION=3.12.1"),
        ],
    )
    def test_not_told(self, place: str, text: str) -> None:
        assert search_text(place, text) == ()

    def test_a_common_password_is_doubtful(self) -> None:
        assert search_text("env:POSTGRES_PASSWORD", "hunter2")[0].confidence == "low"


def pieces(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    at = 0
    for cut in sorted(cut % (len(data) + 1) for cut in cuts):
        yield data[at:cut]
        at = cut
    yield data[at:]


class TestProperties:
    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.integers(0, 1 << 20), max_size=6), st.integers(0, 900_000), st.sampled_from([TOKEN, KEY])
    )
    def test_chunks_make_no_difference(self, cuts: list[int], place: int, credential: str) -> None:
        filling = b"some words, and a line end\n" * (place // 27)
        data = filling + credential.encode() + b"\n" + filling[:300_000]
        whole = search(PATH, [data])
        assert len(whole) == 1
        assert search(PATH, pieces(data, cuts)) == whole

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=2000), st.sampled_from([PATH, "root/.netrc", "a.yaml", "usr/lib/x.js", ".env"]))
    @example(b"\xff\xfe\x00", PATH)
    @example(b"\xff", PATH)
    @example(b"://:x:@[@", PATH)
    def test_any_bytes_are_survived(self, data: bytes, path: str) -> None:
        assert search(path, [data]) == search(path, [data[:7], data[7:]])

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=300), st.sampled_from(["env:A_PASSWORD", "history:1", "label:x.token"]))
    def test_any_text_is_survived_and_not_shown(self, text: str, place: str) -> None:
        for secret in search_text(place, text):
            assert len(secret.redacted.replace("*", "")) <= 6
