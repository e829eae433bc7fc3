"""Google: Cloud, APIs, Firebase."""

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.decode import private_key
from outrider.scan.secrets.pattern import Find, Pattern, token

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="gcp-service-account",
        title="Google Cloud service account key",
        find=Find.ANYWHERE,
        keywords=(b"-----begin",),
        expression=(
            rb"\"private_key\"[ \t]{0,4}:[ \t]{0,4}\"(?P<secret>-----BEGIN PRIVATE KEY-----[A-Za-z"
            rb"0-9+/=\\]{200,8000}+"
            rb"-----END PRIVATE KEY-----)"
        ),
        severity=Severity.CRITICAL,
        check=private_key,
        reach=8192,
        reference="https://cloud.google.com/iam/docs/keys-create-delete",
        example='{"type": "service_account", "private_key": "<pemline:PRIVATE KEY>\\n", "client_id": "1"}',
        lookalikes=('{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\n...\\n"}',),
    ),
    Pattern(
        name="google-api-key",
        title="Google API key",
        find=Find.STARTS,
        keywords=(b"AIza",),
        expression=token(rb"AIza[0-9A-Za-z_\-]{35}"),
        severity=Severity.MEDIUM,
        reference="https://cloud.google.com/docs/authentication/api-keys",
        example="https://maps.googleapis.com/maps/api/js?key=AIza<62:35>",
        lookalikes=("AIza<62:30>", "AIza<62:40>"),
    ),
    Pattern(
        name="google-oauth-client-secret",
        title="Google OAuth client secret",
        find=Find.STARTS,
        keywords=(b"GOCSPX-",),
        expression=token(rb"GOCSPX-[A-Za-z0-9_\-]{28}"),
        severity=Severity.HIGH,
        reference="https://developers.google.com/identity/protocols/oauth2",
        example='"client_secret":"GOCSPX-<62:28>"',
        lookalikes=("GOCSPX-<62:20>",),
    ),
    Pattern(
        name="google-oauth-access-token",
        title="Google OAuth access token",
        find=Find.STARTS,
        keywords=(b"ya29.",),
        expression=token(rb"ya29\.[0-9A-Za-z_\-]{40,400}"),
        severity=Severity.MEDIUM,
        reference="https://developers.google.com/identity/protocols/oauth2",
        example="Authorization: Bearer ya29.<62:120>",
        lookalikes=("ya29.<62:30>",),
    ),
    Pattern(
        name="google-oauth-refresh-token",
        title="Google OAuth refresh token",
        find=Find.STARTS,
        keywords=(b"1//",),
        expression=(rb"(?<![A-Za-z0-9/])(?P<secret>1//0[0-9A-Za-z_\-]{60,200})(?![A-Za-z0-9_\-])"),
        severity=Severity.CRITICAL,
        reference="https://developers.google.com/identity/protocols/oauth2#expiration",
        example='"refresh_token": "1//0<62:99>"',
        lookalikes=("x=1//0;", "1//0<62:20>"),
    ),
    Pattern(
        name="firebase-server-key",
        title="Firebase Cloud Messaging server key",
        find=Find.STARTS,
        keywords=(b"APA91b",),
        expression=(rb"(?<=AAAA[A-Za-z0-9_\-]{7}:)(?P<secret>APA91b[A-Za-z0-9_\-]{134})(?![A-Za-z0-9_\-])"),
        severity=Severity.HIGH,
        reference="https://firebase.google.com/docs/cloud-messaging",
        example="Authorization: key=AAAA<62:7>:APA91b<62:134>",
        lookalikes=("c<62:10>:APA91b<62:134>",),
    ),
)
