"""The 401 challenge: what a registry asks for. Spec: RFC 9110, "WWW-Authenticate"; Docker token specification."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SCHEME: Final = re.compile(rf"\s*,*\s*({_TOKEN})(?=\s|,|$)(?!\s*=)\s*")
_PARAMETER: Final = re.compile(rf'\s*,*\s*({_TOKEN})\s*=\s*("(?:[^"\\]|\\.)*"|{_TOKEN})')


@dataclass(frozen=True)
class Challenge:
    """A way to log in that a registry offers; `scheme` and the names of `parameters` are in lower case."""

    scheme: str
    parameters: dict[str, str]


def parse(header: str) -> list[Challenge]:
    """The challenges of a WWW-Authenticate header. What cannot be read ends the list."""
    found = []
    at = 0
    while scheme := _SCHEME.match(header, at):
        at = scheme.end()
        parameters = {}
        while parameter := _PARAMETER.match(header, at):
            at = parameter.end()
            value = parameter[2]
            parameters[parameter[1].lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] == '"' else value
        found.append(Challenge(scheme[1].lower(), parameters))
    return found
