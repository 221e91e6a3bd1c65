"""Texts that yaml-rs, which reads YAML 1.2, reads otherwise than Go, which reads most of YAML 1.1.

One pattern finds them without reading them. It finds texts that mean the same, too: those are only read slowly.
"""

from __future__ import annotations

import re
from typing import Final

_HAZARD: Final = re.compile(
    # Where a key or a value begins; a plain or quoted value may have an anchor. The quantifiers are possessive (+).
    r"[:\-?,\[{\]}\n](?:(?<![\]}]) *+(?:\t|(?:&[\w-]++ ++(?=[^\s\[{|>!&*%@`#?-]))?+"
    # The first character of what can be a hazard, or a tab, ends most searches here.
    r"(?=[0-9yYnNoOtTfF.+\-_!&*%@`<{:?~])"
    # No indicator without a space, but for those of brackets, and of keys with quotes.
    r"(?:(?<![:?\-])|(?<=[\"']:))(?:"
    r"(?:[yY]|yes|Yes|YES|[nN]|[nN]o|NO|on|On|ON|off|Off|OFF|[-+]?\.(?:nan|NaN|NAN|inf|Inf|INF))"
    r"(?=[ \t]*(?:[,\]}\n\r#:]|\Z))"
    # Octal and binary numbers, underscores, numbers with more than 64 bits.
    r"|[-+]?(?:0[0-9_bBoOxX]|[0-9]{16}|[0-9.]+[eE]\+?[0-9]{3}|[0-9._eEbBoOxX+-]*_[0-9a-fA-F._oOxX+-]*(?=[\s,\]}:]|\Z))"
    # Tags, anchors of collections, aliases that are no plain value, reserved characters.
    r"|[!&%@`]|\*(?![\w-]+[ \t]*(?:[\n\r,\]}]|\Z))"
    # Merge keys, templates, explicit and empty keys, texts that begin with a colon.
    r"|<<[ \t]*:|\{\{|(?<=\{ )\{|\?\s|:"
    # Keys that are no text.
    r"|(?:[-+]?\.?[0-9][0-9.eE+-]*|[tT]rue|TRUE|[fF]alse|FALSE|~|[nN]ull|NULL)[ \t]*:(?=\s|\Z)"
    # The end of a document, and nesting that overflows the stack of yaml-rs.
    r"|\.\.\.(?=\s|\Z)|(?:[-?:][ \t]+){100}"
    # Brackets as keys, and a colon before the end of a value in brackets.
    r"))|(?<=[\]}])[ \t]*:\s|(?<=:)[,\]}])"
)
_STRANGE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""Line breaks of YAML 1.1, and characters that Go refuses, besides those of ASCII."""
_CONTROLS: Final = bytes({*range(32), 127} - set(b"\t\n\r"))
_DEEP: Final = "\n" + " " * 150
"""An indentation that may nest deeper than what the schemas' reader follows."""


def has_hazard(text: str) -> bool:
    """Whether Go may read a text otherwise than yaml-rs."""
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded.translate(None, _CONTROLS)) != len(encoded) or (not text.isascii() and _STRANGE.search(text)):
        return True
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        return True
    if _DEEP in text:
        return True
    return _HAZARD.search(f"\n{text}") is not None
