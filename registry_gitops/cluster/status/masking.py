"""Logs without credentials: what a registry logs may hold the password of a user, or of its own storage."""

from __future__ import annotations

import re
from typing import Final

_IN_URL: Final = re.compile(r"(?<=://)[^/@\s:]*:[^@\s]*(?=@)")
_NAMED: Final = re.compile(
    r"""(?ix)
    ( [\w.-]* (?: password | secret(?:key)? | token | accountkey | authorization ) ["']? \s* [=:] \s* )
    ( "[^"]*" | '[^']*' | (?:basic|bearer)\s+\S+ | [^\s,;&}]+ )"""
)


def masked(text: str) -> str:
    """The text, with *** for passwords in URLs and for the values of keys such as `password` and `secretkey`."""
    return _NAMED.sub(r"\1***", _IN_URL.sub("***", text))
