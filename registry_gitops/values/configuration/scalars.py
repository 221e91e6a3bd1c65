"""Scalars of config.yml, with the limits of the registry: durations, addresses, URLs, paths, regular expressions."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from registry_gitops.amounts import parse_duration
from registry_gitops.masking import quote
from registry_gitops.model import DurationText, ListOf, MapOf, Text, custom_error


def _not_zero(value: str) -> str:
    if not parse_duration(value):
        raise custom_error("duration", f"{quote(value)} would never pause: write more than 0, such as 24h")
    return value


def _has_unit(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise custom_error("duration", f"{value} would be nanoseconds: write a unit too, such as {value}s")
    return value


GoDuration = Annotated[DurationText, BeforeValidator(_has_unit)]
"""A Go duration, such as 1h30m."""

Pause = Annotated[GoDuration, AfterValidator(_not_zero)]
"""A Go duration between two rounds of a loop, more than 0."""

NonEmpty = Annotated[str, Field(min_length=1)]

FilePath = Annotated[
    str, Text("an absolute path", r"/.*", "begin with '/': it names a file inside the container", max_length=4096)
]
"""A file or directory inside the registry's container."""

_PORT = r"(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{1,4})"
_HOST = r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"

ListenAddress = Annotated[
    str, Text("an address to listen on", rf"{_HOST}?:{_PORT}", 'write an optional host and ":" with a port', 300)
]
"""Where a server listens: ":5000" is every interface."""

HostPort = Annotated[str, Text("a host with a port", rf"{_HOST}:{_PORT}", "write a host, ':' and a port", 300)]
"""A server to connect to."""

_ESCAPED = r"([^\s%\x00-\x1f\x7f]|%[0-9A-Fa-f]{2})*"

_URL = Text(
    "a URL",
    rf"https?://([A-Za-z0-9._~!$&'()*+,;=%:-]+@)?{_HOST}(:{_PORT})?([/?#]{_ESCAPED})?",
    "begin with https:// or http:// and a host",
    max_length=2048,
)
URL = Annotated[str, _URL]
OptionalURL = Annotated[str, replace(_URL, empty=True)]
"""A URL, or "" for none (the convention of chart values)."""

REGISTRY_ORIGIN = rf"https?://{_HOST}(:{_PORT})?/?"
"""The pattern of a URL without user, path, and query."""

HeaderName = Annotated[
    str,
    Text("the name of an HTTP header", r"[-!#$%&'*+.^_`|~0-9A-Za-z]+", "use letters, digits and '-'", max_length=200),
]

Headers = MapOf[HeaderName, ListOf[str]]
"""HTTP headers: the name, and a list of values."""

_SEGMENT = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*"

UrlPath = Annotated[
    str,
    Text(
        "a path of URLs",
        rf"/({_SEGMENT}/)*({_SEGMENT})?",
        "begin with '/' and use letters, digits, '_', '~', '-', and '.' not in front",
        max_length=1024,
    ),
]

# What Python's parser and Go's both call an error; what only Python refuses (\Q, \z, \pL) passes.
_BROKEN = (
    "missing ), unterminated subpattern",
    "unbalanced parenthesis",
    "unterminated character set",
    "nothing to repeat",
    "multiple repeat",
    "bad escape (end of pattern)",
)
_NOT_IN_GO = re.compile(r"\(\?<?[=!]|\(\?>|\\[1-9]")
_LITERALS = re.compile(r"\\[^1-9]|\[\^?\]?[^\]]*\]")


def _go_regexp(value: str) -> str:
    found = _NOT_IN_GO.search(_LITERALS.sub("", value))
    if found:
        raise custom_error(
            "regexp", f"{quote(value)}: Go's regular expressions have no {found[0]}, write it another way"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            re.compile(value)
    except re.error as error:
        if error.msg.startswith(_BROKEN):
            raise custom_error("regexp", f"{quote(value)} is no regular expression: {error.msg}") from None
    return value


GoRegexp = Annotated[str, AfterValidator(_go_regexp)]
"""A regular expression in Go's syntax (RE2); a broken one stops the registry."""
