"""Addresses and connection strings with a password in them."""

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.address import connection_string, database_address, web_address
from outrider.scan.secrets.checks.chance import password
from outrider.scan.secrets.pattern import Find, Pattern

_ADDRESS = (
    rb"://[A-Za-z0-9_.%+\-]{0,64}:(?P<secret>[^\s:/@\"'<>{}$`\\]{3,128})@(?P<host>[A-Za-z0-9_.\-\[]{1,255})"
)
"""Without the scheme: an expression that begins with a fixed text is many times as fast."""

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="database-url",
        title="Database or broker address with a password",
        find=Find.ANYWHERE,
        keywords=(b"://",),
        expression=_ADDRESS,
        severity=Severity.CRITICAL,
        check=database_address,
        generic=True,
        reference="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS",
        example="DATABASE_URL=postgresql://shop:<62:14>@db.internal:5432/shop",
        lookalikes=(
            "postgresql://shop:${DB_PASSWORD}@db.internal/shop",
            "postgresql://user:password@host:5432/database",
            "mysql://root@db.internal/shop",
        ),
    ),
    Pattern(
        name="basic-auth-url",
        title="Address with user and password",
        find=Find.ANYWHERE,
        keywords=(b"://",),
        expression=_ADDRESS,
        severity=Severity.HIGH,
        check=web_address,
        generic=True,
        reference="https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
        example="https://deploy:<62:14>@git.shop.internal/app.git",
        lookalikes=(
            "https://user:pass@example.com/",
            "https://deploy:{token}@git.shop.internal/app.git",
            "http://[::1]:8080/@scope",
        ),
    ),
    Pattern(
        name="connection-string-password",
        title="Connection string with a password",
        find=Find.ANYWHERE,
        keywords=(b"passw", b"pwd"),
        expression=(rb"(?i:password|pwd)[ ]?=[ ]?(?P<secret>[^;\s\"'{}$<>&]{4,128})"),
        severity=Severity.CRITICAL,
        check=connection_string,
        generic=True,
        reach=160,
        reference="https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax",
        example='"Server=db.internal;Database=shop;User Id=app;Password=<62:14>;Encrypt=true"',
        lookalikes=(
            "Server=db.internal;Database=shop;User Id=app;Password={password};",
            "Server=a;Pwd=password;",
        ),
    ),
    Pattern(
        name="jdbc-password",
        title="JDBC address with a password",
        find=Find.ANYWHERE,
        keywords=(b"passw",),
        expression=(
            rb"(?i:jdbc:[a-z0-9:]{2,24}//[^\s\"'<>]{1,256}?[?&;]password=)(?P<secret>[^\s\"'&;{}$<>]{4,128})"
        ),
        severity=Severity.CRITICAL,
        check=password,
        generic=True,
        around=320,
        reference="https://jdbc.postgresql.org/documentation/use/",
        example="jdbc:postgresql://db.internal/shop?user=app&password=<62:14>&ssl=true",
        lookalikes=("jdbc:postgresql://db.internal/shop?user=app&password=${PW}",),
    ),
)
