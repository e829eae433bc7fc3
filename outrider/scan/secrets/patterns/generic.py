"""What its name says is a credential, whoever issued it. Last in the registry: all others are more exact."""

import re

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.chance import password, random_enough
from outrider.scan.secrets.pattern import Find, Pattern

_SETTINGS = re.compile(
    r"(?i)(?:^|/)(?:\.env(?:\.[a-z0-9_.\-]{1,32})?|[^/]{0,200}\.(?:env|ini|cfg|conf|cnf|properties|ya?ml|toml|tfvars)|"
    r"(?:credentials|secrets?|passwords?|settings))$"
)

_NAMES = rb"(?i:passw(?:or)?d|passwd|passphrase|pwd|secret)"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="generic-password-in-settings",
        title="Password in a settings file",
        find=Find.ANYWHERE,
        keywords=(b"passw", b"pwd", b"secret"),
        expression=(
            rb"(?m)^[ \t]{0,32}(?:export[ ])?(?:-[ ])?[\"']?[A-Za-z0-9_.\-]{0,64}"
            + _NAMES
            + rb"[\"']?[ \t]{0,8}[=:][ \t]{0,8}[\"']?(?P<secret>[^\s\"'#,;]{6,128})[\"']?[ \t]{0,4}\r?$"
        ),
        severity=Severity.HIGH,
        confidence="medium",
        check=password,
        files=_SETTINGS,
        generic=True,
        around=96,
        reach=192,
        reference="https://cwe.mitre.org/data/definitions/260.html",
        example="DB_PASSWORD=Tr0ub4dor&<62:8>",
        path="srv/app/.env",
        lookalikes=(
            "DB_PASSWORD=${DB_PASSWORD}",
            "DB_PASSWORD=changeme",
            "password: !vault",
            "secret_name: my-app-name",
        ),
    ),
    Pattern(
        name="generic-password",
        title="Password in text",
        find=Find.ANYWHERE,
        keywords=(b"passw", b"pwd", b"secret"),
        expression=(
            _NAMES + rb"[\"'\]]{0,2}[ \t]{0,4}(?:=|:|:=|=>)[ \t]{0,4}(?P<quote>[\"'])(?P<secret>[^\s\"']{"
            rb"6,128})(?P=quote)"
        ),
        severity=Severity.MEDIUM,
        confidence="low",
        check=password,
        generic=True,
        around=96,
        reach=192,
        reference="https://cwe.mitre.org/data/definitions/798.html",
        example='db_password = "Tr0ub4dor&<62:8>"',
        path="srv/app/settings.py",
        lookalikes=(
            'password = "changeme"',
            'password: "string"',
            'PASSWORD = os.environ["PASSWORD"]',
            "password_field = 'user_password'",
            "secret = 'your-secret-here-1234'",
        ),
    ),
    Pattern(
        name="generic-token",
        title="Key or token in text",
        find=Find.NEAR,
        keywords=(
            b"api_key",
            b"apikey",
            b"api-key",
            b"token",
            b"secret",
            b"access_key",
            b"accesskey",
            b"credential",
        ),
        expression=(
            rb"(?i:api[_\-]?key|token|secret(?:[_\-]?key)?|access[_\-]?key|credentials?)[\"'\]]{0,"
            rb"2}[ \t]{0,4}"
            rb"(?:=|:|:=|=>)[ \t]{0,4}(?:(?i:bearer|token)[ ])?[\"']?"
            rb"(?P<secret>[A-Za-z0-9_\-+/=.]{20,160})(?![A-Za-z0-9_\-+/=.(\[])"
        ),
        severity=Severity.MEDIUM,
        confidence="low",
        check=random_enough(3.7, digits=3),
        generic=True,
        reference="https://cwe.mitre.org/data/definitions/798.html",
        example='shop_api_key = "<62:32>"',
        path="srv/app/settings.py",
        lookalikes=(
            'api_key = "your-api-key-goes-here-123"',
            'token_url = "https://shop.internal/oauth2/v1/token"',
            'api_key = get_the_api_key_of_shop_2("x")',
        ),
    ),
)
