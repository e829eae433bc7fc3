"""Registries of packages and images."""

import re

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.chance import random_enough
from outrider.scan.secrets.checks.checksum import crc32_base62
from outrider.scan.secrets.checks.decode import pypi
from outrider.scan.secrets.pattern import Find, Pattern, token

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="npm-token",
        title="npm access token",
        find=Find.STARTS,
        keywords=(b"npm_",),
        expression=token(rb"npm_[A-Za-z0-9]{36}"),
        severity=Severity.CRITICAL,
        check=crc32_base62,
        reference="https://github.blog/security/application-security/announcing-npm-automation-tokens-format/",
        example="NPM_TOKEN=<crc62:npm_>",
        lookalikes=(
            "npm_<62:30>000000",
            "npm_config_registry_of_the_whole_company",
        ),
    ),
    Pattern(
        name="pypi-token",
        title="PyPI API token",
        find=Find.STARTS,
        keywords=(
            b"pypi-AgEIcHlwaS5vcmc",
            b"pypi-AgENdGVzdC5weXBpLm9yZw",
        ),
        expression=token(rb"pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_\-]{50,400}"),
        severity=Severity.CRITICAL,
        check=pypi,
        reference="https://pypi.org/help/#apitoken",
        example="password = <pypi>",
        lookalikes=(
            "pypi-AgEIcHlwaS5vcmc<62:12>",
            "pypi-AgEIcHlwaS5vcmc!<62:80>",
        ),
    ),
    Pattern(
        name="crates-io-token",
        title="crates.io token",
        find=Find.STARTS,
        keywords=(b"cio",),
        expression=token(rb"cio[A-Za-z0-9]{32}"),
        severity=Severity.CRITICAL,
        check=random_enough(3.8),
        reference="https://doc.rust-lang.org/cargo/reference/publishing.html",
        example="CARGO_REGISTRY_TOKEN=cio<62:32>",
        lookalikes=(
            "cio<62:20>",
            "ciosomethingwithoutanydigitsinsidex",
        ),
    ),
    Pattern(
        name="rubygems-token",
        title="RubyGems API key",
        find=Find.STARTS,
        keywords=(b"rubygems_",),
        expression=token(rb"rubygems_[a-f0-9]{48}"),
        severity=Severity.CRITICAL,
        reference="https://guides.rubygems.org/api-key-scopes/",
        example=":rubygems_api_key: rubygems_<hex:48>",
        lookalikes=("rubygems_<hex:30>",),
    ),
    Pattern(
        name="nuget-api-key",
        title="NuGet API key",
        find=Find.STARTS,
        keywords=(b"oy2",),
        expression=token(rb"oy2[a-z0-9]{43}"),
        severity=Severity.CRITICAL,
        check=random_enough(3.5),
        reference="https://learn.microsoft.com/nuget/nuget-org/publish-a-package",
        example="NUGET_API_KEY=oy2<low:43>",
        lookalikes=("oy2<low:30>",),
    ),
    Pattern(
        name="docker-hub-token",
        title="Docker Hub access token",
        find=Find.STARTS,
        keywords=(
            b"dckr_pat_",
            b"dckr_oat_",
        ),
        expression=token(rb"dckr_(?:pat_[A-Za-z0-9_\-]{27}|oat_[A-Za-z0-9_\-]{32})"),
        severity=Severity.CRITICAL,
        reference="https://docs.docker.com/security/access-tokens/",
        example="docker login -u me -p dckr_pat_<62:27>",
        lookalikes=("dckr_pat_<62:17>",),
    ),
    Pattern(
        name="artifactory-token",
        title="JFrog Artifactory API key or reference token",
        find=Find.STARTS,
        keywords=(
            b"AKCp",
            b"cmVmdGtu",
        ),
        expression=token(rb"(?:AKCp[A-Za-z0-9]{69}|cmVmdGtu[A-Za-z0-9]{56})"),
        severity=Severity.HIGH,
        check=random_enough(3.8),
        reference="https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
        example="ARTIFACTORY_KEY=AKCp<62:69>",
        lookalikes=("AKCp<62:40>",),
    ),
    Pattern(
        name="clojars-token",
        title="Clojars deploy token",
        find=Find.STARTS,
        keywords=(b"CLOJARS_",),
        expression=token(rb"CLOJARS_[a-z0-9]{60}"),
        severity=Severity.HIGH,
        reference="https://github.com/clojars/clojars-web/wiki/Deploy-Tokens",
        example="CLOJARS_PASSWORD=CLOJARS_<low:60>",
        lookalikes=("CLOJARS_<low:30>",),
    ),
    Pattern(
        name="packagist-token",
        title="Private Packagist token",
        find=Find.STARTS,
        keywords=(b"packagist_",),
        expression=token(rb"packagist_[ou][ru][st]_[a-f0-9]{68}"),
        severity=Severity.HIGH,
        reference="https://packagist.com/docs/composer-authentication",
        example="x: packagist_out_<hex:68>",
        lookalikes=("packagist_out_<hex:40>",),
    ),
    Pattern(
        name="npmrc-auth",
        title="Password or token in .npmrc",
        find=Find.ANYWHERE,
        keywords=(b"_auth",),
        expression=(
            rb"""(?m)^[^\r\n#;]{0,200}:?_auth(?:Token)?[ \t]{0,4}=[ \t]{0,4}[\"']?(?P<secret>[A-Za-z"""
            rb"""0-9+/=_\-.]{16,300})"""
        ),
        severity=Severity.HIGH,
        check=random_enough(3.0),
        files=re.compile(r"(?:^|/)\.?npmrc$"),
        path="home/node/.npmrc",
        reference="https://docs.npmjs.com/cli/configuring-npm/npmrc",
        example="//registry.example.org/:_authToken=<uuid>",
        lookalikes=("//registry.npmjs.org/:_authToken=${NPM_TOKEN}",),
    ),
)
