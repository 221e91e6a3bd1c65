"""Versions and ranges of versions as github.com/Masterminds/semver reads them, which Helm and Flux use."""

from __future__ import annotations

import re
from typing import Final

_PART = r"([0-9]{1,18}|[xX*])"
# semver.org, items 9 and 10: numbers in a pre-release have no leading zeros.
_PRE_RELEASE_PART = r"(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_PRE_RELEASE = rf"-{_PRE_RELEASE_PART}(\.{_PRE_RELEASE_PART})*"
_BUILD = r"\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*"
_VERSION = rf"v?{_PART}(\.{_PART}){{0,2}}({_PRE_RELEASE})?({_BUILD})?"
_BOUND = rf"((=|!=|>|<|>=|=>|<=|=<|~|~>|\^) *)?{_VERSION}"
_BOUNDS = rf" *({_BOUND}(( +| *, *){_BOUND})*|{_VERSION} +- +{_VERSION}) *"

VERSION_RANGE_PATTERN: Final = rf"{_BOUNDS}(\|\|{_BOUNDS})*"
VERSION_RANGE_REMEDY: Final = 'write a version such as 1.2.3, or bounds such as "1.2.x", "~1.2", "^1.2" or ">=1.2 <2"'


def is_version_range(text: str) -> bool:
    """Return whether a text is a version, or a range of versions."""
    return re.fullmatch(VERSION_RANGE_PATTERN, text) is not None
