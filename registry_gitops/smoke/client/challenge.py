"""Parser of the header WWW-Authenticate. Spec: RFC 9110, "WWW-Authenticate"; Docker token specification."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SCHEME: Final = re.compile(rf"[\s,]*({_TOKEN})(?=\s|,|$)(?!\s*=)[ \t]*")
_TOKEN68: Final = re.compile(r"[0-9A-Za-z._~+/-]+=*[ \t]*(?=,|$)")
"""What Negotiate and NTLM send instead of parameters."""
_PARAMETER: Final = re.compile(rf'[\s,]*({_TOKEN})\s*=\s*("(?:[^"\\]|\\.)*"|{_TOKEN})')


@dataclass(frozen=True)
class Challenge:
    """An authentication scheme that a registry offers; `scheme` and the names of `parameters` are in lower case."""

    scheme: str
    parameters: dict[str, str]


def parse_challenges(header: str) -> list[Challenge]:
    """Parse a WWW-Authenticate header, or several joined by commas, up to the first character that is invalid."""
    challenges = []
    position = 0
    while scheme := _SCHEME.match(header, position):
        position = scheme.end()
        parameters = {}
        if credentials := _TOKEN68.match(header, position):
            position = credentials.end()
        while parameter := _PARAMETER.match(header, position):
            position = parameter.end()
            value = parameter[2]
            parameters[parameter[1].lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] == '"' else value
        challenges.append(Challenge(scheme[1].lower(), parameters))
    return challenges
