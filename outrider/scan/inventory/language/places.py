"""Where a lock file says nothing of this artifact: inside of an installed package.

Authors publish their own lock files with their packages (a `yarn.lock` in node_modules, a `Gemfile.lock` in a
gem). Those tell of the author's machine. What is installed there has better witnesses.
"""

import re

_INSTALLED = (
    r"node_modules|bower_components|site-packages|dist-packages|gems/[^/]+-\d[^/]*|vendor/[^/]+/[^/]+"
    r"|pkg/mod|registry/src|\.m2/repository|\.nuget/packages"
)


def outside(pattern: str) -> re.Pattern[str]:
    """A pattern for Wants: `pattern` is searched for, in paths that do not lead through an installed
    package."""
    return re.compile(rf"\A(?!(?:.*/)?(?:{_INSTALLED})/)(?:.*/)?(?:{pattern})\Z", re.DOTALL)
