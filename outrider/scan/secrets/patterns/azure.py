"""Microsoft Azure."""

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.address import sas
from outrider.scan.secrets.checks.chance import random_enough
from outrider.scan.secrets.pattern import Find, Pattern, token

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="azure-storage-account-key",
        title="Azure storage account key",
        find=Find.ANYWHERE,
        keywords=(b"accountkey",),
        expression=(
            rb"(?i:accountkey)[\"']?[ \t]{0,4}[=:,][ \t]{0,4}[\"']?"
            rb"(?P<secret>[A-Za-z0-9+/]{86}==)"
        ),
        severity=Severity.CRITICAL,
        check=random_enough(4.5),
        reference="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        example="DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=<b64:86>==;EndpointSuffix=core.windows.net",
        lookalikes=("AccountName=shop;AccountKey=<b64:60>==", "AccountKey=${STORAGE_KEY}"),
    ),
    Pattern(
        name="azure-sas-token",
        title="Azure shared access signature",
        find=Find.ANYWHERE,
        keywords=(b"sig=",),
        expression=(rb"sig=(?P<secret>[A-Za-z0-9%+/]{43,70}(?:%3[Dd]|=))"),
        severity=Severity.HIGH,
        check=sas,
        reach=700,
        reference="https://learn.microsoft.com/azure/storage/common/storage-sas-overview",
        example="https://shop.blob.core.windows.net/c/f?sv=2022-11-02&st=2024-01-01T00:00:00Z&sr=b&sig=<62:43>%3D",
        lookalikes=("https://shop.blob.core.windows.net/c/f?sv=2022-11-02&sr=b&sig=<62:12>%3D",),
    ),
    Pattern(
        name="azure-ad-client-secret",
        title="Microsoft Entra (Azure AD) client secret",
        find=Find.ANYWHERE,
        keywords=(b"q~",),
        expression=(
            rb"(?<![A-Za-z0-9_~.\-])(?P<secret>[A-Za-z0-9_~.\-]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34})(?![A-Za-z0-9_~.\-])"
        ),
        severity=Severity.CRITICAL,
        check=random_enough(3.8),
        reference="https://learn.microsoft.com/entra/identity-platform/quickstart-register-app",
        example="AZURE_CLIENT_SECRET=a1B8Q~<62:34>",
        lookalikes=("a1B8Q~<62:20>", "seq~uence of words and more words to follow"),
    ),
    Pattern(
        name="azure-shared-access-key",
        title="Azure Service Bus, Event Hubs or IoT Hub key",
        find=Find.ANYWHERE,
        keywords=(b"sharedaccesskey",),
        expression=(rb"(?i:sharedaccesskey=)(?P<secret>[A-Za-z0-9+/]{43}=)"),
        severity=Severity.CRITICAL,
        check=random_enough(3.8),
        reference="https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas",
        example="Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=<b64:43>=",
        lookalikes=("SharedAccessKeyName=Root;SharedAccessKey=key", "SharedAccessKey=<b64:20>="),
    ),
    Pattern(
        name="azure-devops-token",
        title="Azure DevOps personal access token",
        find=Find.NEAR,
        keywords=(b"azure", b"devops", b"_pat", b"ado_"),
        expression=token(rb"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"),
        severity=Severity.CRITICAL,
        reference="https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
        example="AZURE_DEVOPS_EXT_PAT=4<62:75>AZDO<62:4>",
        lookalikes=("4<62:75>AZDX<62:4>",),
    ),
    Pattern(
        name="azure-cosmos-key",
        title="Azure Cosmos DB key",
        find=Find.ANYWHERE,
        keywords=(b"://",),
        expression=(
            rb"://[A-Za-z0-9\-]{3,64}\.documents\.azure\.com[^\r\n]{0,80}?(?i:key)[\"']?[ \t]{0,4}"
            rb"[=:,][ \t]{0,4}[\"']?(?P<secret>[A-Za-z0-9+/]{86}==)"
        ),
        severity=Severity.CRITICAL,
        check=random_enough(4.5),
        reference="https://learn.microsoft.com/azure/cosmos-db/secure-access-to-data",
        example="AccountEndpoint=https://shop.documents.azure.com:443/;PrimaryKey=<b64:86>==",
        lookalikes=("AccountEndpoint=https://shop.documents.azure.com:443/;PrimaryKey=<b64:40>==",),
    ),
)
