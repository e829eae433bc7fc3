"""Groups of well-known libraries whose jars do not say theirs: those built by Gradle, Ant or sbt carry no
pom.properties.

Artifact names are those of Maven Central; a longer prefix comes first.
"""

_EXACT = {
    "antlr": "antlr",
    "aspectjrt": "org.aspectj",
    "aspectjweaver": "org.aspectj",
    "bcprov-jdk14": "org.bouncycastle",
    "byte-buddy": "net.bytebuddy",
    "ehcache": "org.ehcache",
    "elasticsearch": "org.elasticsearch",
    "esapi": "org.owasp.esapi",
    "groovy": "org.codehaus.groovy",
    "h2": "com.h2database",
    "kafka-clients": "org.apache.kafka",
    "logging-interceptor": "com.squareup.okhttp3",
    "lombok": "org.projectlombok",
    "mongodb-driver-core": "org.mongodb",
    "mongodb-driver-sync": "org.mongodb",
    "mysql-connector-j": "com.mysql",
    "mysql-connector-java": "mysql",
    "okhttp": "com.squareup.okhttp3",
    "okio": "com.squareup.okio",
    "postgresql": "org.postgresql",
    "reactor-core": "io.projectreactor",
    "retrofit": "com.squareup.retrofit2",
    "rxjava": "io.reactivex.rxjava2",
    "snakeyaml": "org.yaml",
    "spring-amqp": "org.springframework.amqp",
    "spring-rabbit": "org.springframework.amqp",
    "spring-kafka": "org.springframework.kafka",
    "spring-webflow": "org.springframework.webflow",
    "tomcat-catalina": "org.apache.tomcat",
    "tomcat-coyote": "org.apache.tomcat",
    "xalan": "xalan",
    "xercesImpl": "xerces",
}
_PREFIXES = (
    ("bcmail-", "org.bouncycastle"),
    ("bcpg-", "org.bouncycastle"),
    ("bcpkix-", "org.bouncycastle"),
    ("bcprov-", "org.bouncycastle"),
    ("bctls-", "org.bouncycastle"),
    ("bcutil-", "org.bouncycastle"),
    ("hibernate-validator", "org.hibernate.validator"),
    ("hibernate-", "org.hibernate"),
    ("kotlin-", "org.jetbrains.kotlin"),
    ("kotlinx-", "org.jetbrains.kotlinx"),
    ("lucene-", "org.apache.lucene"),
    ("micrometer-", "io.micrometer"),
    ("reactor-netty", "io.projectreactor.netty"),
    ("spring-boot", "org.springframework.boot"),
    ("spring-cloud-", "org.springframework.cloud"),
    ("spring-data-", "org.springframework.data"),
    ("spring-integration-", "org.springframework.integration"),
    ("spring-security-", "org.springframework.security"),
    ("spring-session-", "org.springframework.session"),
    ("spring-ws-", "org.springframework.ws"),
    ("tomcat-embed-", "org.apache.tomcat.embed"),
)
_FRAMEWORK = frozenset(
    [
        "spring-aop",
        "spring-aspects",
        "spring-beans",
        "spring-context",
        "spring-context-indexer",
        "spring-context-support",
        "spring-core",
        "spring-expression",
        "spring-instrument",
        "spring-jcl",
        "spring-jdbc",
        "spring-jms",
        "spring-messaging",
        "spring-orm",
        "spring-oxm",
        "spring-r2dbc",
        "spring-test",
        "spring-tx",
        "spring-web",
        "spring-webflux",
        "spring-webmvc",
        "spring-websocket",
    ]
)


def group_of(artifact: str) -> str:
    """The Maven group of a well-known artifact; empty for all others."""
    if artifact in _FRAMEWORK:
        return "org.springframework"
    if artifact in _EXACT:
        return _EXACT[artifact]
    return next((group for prefix, group in _PREFIXES if artifact.startswith(prefix)), "")
