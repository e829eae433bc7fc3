"""Which paths extractors take: lock files of the artifact, not those that its packages were published
with."""

import pytest

from tests.unit.scan.inventory.language.samples import wanted


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("yarn_lock", "yarn.lock"),
        ("yarn_lock", "app/yarn.lock"),
        ("gemfile_lock", "srv/gems/Gemfile.lock"),
        ("composer_lock", "opt/vendor/composer.lock"),
        ("composer_installed", "app/vendor/composer/installed.json"),
        ("python_requirements", "requirements.txt"),
        ("python_requirements", "app/requirements/prod.txt"),
        ("python_requirements", "app/dev-requirements.txt"),
        ("python_dist_info", "python/lib/x-1.dist-info/METADATA"),
        ("pylock", "pylock.toml"),
        ("pylock", "pylock.dev.toml"),
        ("node_package", "node_modules/a/package.json"),
        ("node_package", "nodejs/node_modules/@a/b/package.json"),
        ("node_package", "app/node_modules/a/node_modules/b/package.json"),
        ("node_package", "package.json"),
        ("ruby_gemspec", "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec"),
        ("javascript_banner", "app/static/app.js"),
        ("javascript_banner", "app/dist/main.js.LICENSE.txt"),
    ],
)
def test_wanted(name: str, path: str) -> None:
    assert wanted(name, path)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("yarn_lock", "app/node_modules/x/yarn.lock"),
        ("node_package_lock", "node_modules/x/package-lock.json"),
        ("poetry_lock", "usr/lib/python3/site-packages/x/poetry.lock"),
        ("gemfile_lock", "usr/lib/ruby/gems/3.1.0/gems/rack-2.2.3/Gemfile.lock"),
        ("composer_lock", "app/vendor/acme/tool/composer.lock"),
        ("go_mod", "root/go/pkg/mod/github.com/a/b@v1.0.0/go.mod"),
        ("cargo_lock", "root/.cargo/registry/src/index/a-1.0.0/Cargo.lock"),
        ("pylock", "app/pyproject.toml"),
        ("python_requirements", "app/readme.txt"),
        ("python_egg_info", "src/thing-1.0/PKG-INFO"),
        ("node_package", "app/node_modules/a/dist/cjs/package.json"),
        ("node_package", "app/node_modules/a/test/fixture/package.json"),
        ("node_package", "app/node_modules/.cache/package.json"),
        ("ruby_gemspec", "usr/lib/ruby/gems/3.1.0/gems/rack-2.2.3/rack.gemspec"),
        ("javascript_banner", "app/node_modules/jquery/dist/jquery.js"),
        ("dotnet_deps", "app/tsconfig.json"),
    ],
)
def test_not_wanted(name: str, path: str) -> None:
    assert not wanted(name, path)
