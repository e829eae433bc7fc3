"""Files whose purpose is to hold credentials."""

import re

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.chance import password, random_enough
from outrider.scan.secrets.checks.decode import basic, private_key_data
from outrider.scan.secrets.pattern import Find, Pattern

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="netrc-password",
        title="Password in .netrc",
        find=Find.ANYWHERE,
        keywords=(b"password",),
        expression=(
            rb"(?m)(?:\bmachine\s{1,4}\S{1,255}|\bdefault)\s{1,8}login\s{1,4}\S{1,255}\s{1,8}password\s{1,4}(?P<secret>\S{4,255})"
        ),
        files=re.compile(r"(?:^|/)[._]netrc$"),
        check=password,
        reference="https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html",
        example="machine git.internal login robot password <62:16>",
        path="root/.netrc",
        lookalikes=("machine git.internal login robot password ${TOKEN}",),
    ),
    Pattern(
        name="pgpass-password",
        title="Password in .pgpass",
        find=Find.ANYWHERE,
        keywords=(b":",),
        expression=(
            rb"(?m)^[^\s:#]{1,128}:(?:[0-9]{1,5}|\*):[^\s:]{1,64}:[^\s:]{1,64}:(?P<secret>\S{3,128})$"
        ),
        files=re.compile(r"(?:^|/)\.?pgpass(?:\.conf)?$"),
        check=password,
        reference="https://www.postgresql.org/docs/current/libpq-pgpass.html",
        example="db.internal:5432:shop:app:<62:14>",
        path="root/.pgpass",
        lookalikes=("#hostname:port:database:username:password",),
    ),
    Pattern(
        name="docker-config-auth",
        title="Registry login in a Docker config",
        find=Find.ANYWHERE,
        keywords=(b'"auth"',),
        expression=(rb"\"auth\"\s{0,8}:\s{0,8}\"(?P<secret>[A-Za-z0-9+/]{8,4000}={0,2})\""),
        files=re.compile(
            r"(?:^|/)(?:\.docker/config\.json|\.?dockerconfigjson|\.dockercfg|auth\.json|docker-?config\.json)$"
        ),
        severity=Severity.CRITICAL,
        check=basic,
        reach=4200,
        reference="https://docs.docker.com/reference/cli/docker/login/",
        example='{"auths": {"registry.internal": {"auth": "<b64text:robot:s3cr3T-of-the-registry>"}}}',
        path="root/.docker/config.json",
        lookalikes=('{"auths": {"registry.internal": {"auth": "<b64text:nothing that has one>"}}}',),
    ),
    Pattern(
        name="kubeconfig-client-key",
        title="Client key in a kubeconfig",
        find=Find.ANYWHERE,
        keywords=(b"client-key-data",),
        expression=(
            rb"client-key-data[\"']?:\s{0,4}[\"']?(?P<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/]{100,12000}={0,2})"
        ),
        files=re.compile(r"(?i)(?:\.ya?ml|\.conf|config|kubeconfig[^/]{0,40})$"),
        severity=Severity.CRITICAL,
        check=private_key_data,
        reach=12 << 10,
        reference="https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/",
        example="users:\n- name: admin\n  user:\n    client-key-data: <b64pem:RSA PRIVATE KEY>\n",
        path="root/.kube/config",
        lookalikes=("    client-certificate-data: <b64pem:CERTIFICATE>\n",),
    ),
    Pattern(
        name="htpasswd-hash",
        title="Password hash of a web server's user",
        find=Find.ANYWHERE,
        keywords=(b":",),
        expression=(
            rb"(?m)^[^\s:#]{1,64}:(?P<secret>\$(?:apr1|2[aby]|5|6)\$[A-Za-z0-9./$]{20,120}|\{SHA\}[A-Za-z0-9+/]{27}=)\s{0,2}$"
        ),
        files=re.compile(r"(?:^|/)\.?htpasswd[^/]{0,16}$"),
        severity=Severity.MEDIUM,
        reference="https://httpd.apache.org/docs/current/misc/password_encryptions.html",
        example="admin:$apr1$<62:8>$<62:22>",
        path="etc/nginx/.htpasswd",
        lookalikes=("admin:$apr1$",),
    ),
    Pattern(
        name="shadow-hash",
        title="Password hash of a user of the system",
        find=Find.ANYWHERE,
        keywords=(b":$",),
        expression=(
            rb"(?m)^[a-z_][a-z0-9_\-]{0,31}:(?P<secret>\$(?:1|5|6|y|7|2[aby])\$[A-Za-z0-9./$=,]{20,128}):"
        ),
        files=re.compile(r"(?:^|/)etc/shadow-?$"),
        severity=Severity.MEDIUM,
        reference="https://man7.org/linux/man-pages/man5/shadow.5.html",
        example="root:$6$<62:16>$<62:86>:19700:0:99999:7:::",
        path="etc/shadow",
        lookalikes=("root:*:19700:0:99999:7:::", "app:!:19700::::::"),
    ),
    Pattern(
        name="rails-master-key",
        title="Rails master key",
        find=Find.STARTS,
        keywords=tuple(b"0123456789abcdef"[i : i + 1] for i in range(16)),
        expression=(rb"\A(?P<secret>[0-9a-f]{32})\s{0,2}\Z"),
        files=re.compile(r"(?:^|/)config/(?:master|credentials/[a-z]{2,16})\.key$"),
        severity=Severity.CRITICAL,
        check=random_enough(3.0),
        reference="https://guides.rubyonrails.org/security.html#custom-credentials",
        example="<hex:32>",
        path="srv/app/config/master.key",
        lookalikes=("<hex:30>",),
    ),
    Pattern(
        name="kubernetes-secret-data",
        title="Value in a Kubernetes Secret",
        find=Find.ANYWHERE,
        keywords=(b"kind: secret",),
        expression=(
            rb"(?m)^[ ]{2,8}[A-Za-z0-9_.\-]{0,64}(?i:password|passwd|secret|token|key|credential)["
            rb"A-Za-z0-9_.\-]{0,64}:[ ]{1,4}"
            rb"(?P<secret>[A-Za-z0-9+/]{8,8000}={0,2})[ ]{0,4}\r?$"
        ),
        files=re.compile(r"(?i)\.ya?ml$"),
        check=random_enough(2.5, digits=0),
        reach=12 << 10,
        generic=True,
        reference="https://kubernetes.io/docs/concepts/configuration/secret/",
        example="kind: Secret\nmetadata:\n  name: shop\ndata:\n  password: <b64text:s3cr3T-of-the-shop>\n",
        path="srv/deploy/secret.yaml",
        lookalikes=("apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  user: c2hvcA==\n",),
    ),
)
