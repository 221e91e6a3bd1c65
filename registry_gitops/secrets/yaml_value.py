"""Text for an environment variable that the registry reads as YAML, such as REGISTRY_HTTP_SECRET.

Plain text that is something else in YAML ends the registry (`@x`, `a: b`), or is another password (`#x` and `null` are
the empty one). In double quotes, as JSON has them, every text stays what it is.
"""

from __future__ import annotations

import re
from typing import Final

# Every reader takes this for text: no indicator, no blank, and no number. Base64 and hexadecimal keys are so, mostly.
_PLAIN: Final = re.compile("[A-Za-z0-9/][A-Za-z0-9+/=_.-]*")
_NUMBER: Final = re.compile("[0-9][0-9._eE+-]*|0[xob][0-9a-f_]*", re.IGNORECASE)
_WORDS: Final = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])
_SHORT: Final = {'"': '\\"', "\\": "\\\\"}


def encode_yaml_value(text: str) -> str:
    """Return `text` as it is if YAML reads it so, else in double quotes."""
    if _PLAIN.fullmatch(text) and not _NUMBER.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{"".join(map(_escape, text))}"'


def _escape(char: str) -> str:
    if " " <= char <= "~":
        return _SHORT.get(char, char)
    # Beyond 16 bits, JSON has two halves of a surrogate pair, which YAML does not know; the character itself is fine.
    return f"\\u{ord(char):04x}" if char <= "\uffff" else char
