"""Phrases: words of the cluster's messages that show a state, with what it means and how to fix it.

Servers write names into their messages, and a name can contain anything: a port 4010, a digest with 403 in it, an image
called denied/registry. So a phrase is searched in the message without URLs, references, paths, and digests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId

_NAMES: Final = re.compile(
    r"""[a-z][a-z\d+.-]*://[^\s"'<>]*      # a URL
      | \b(?:sha\d+|md5):[\da-f]+          # a digest
      | (?<![\w.-])(?!(?:i/o|input/output|and/or|read/write|affinity/selector|tls/ssl|http/\d|\d+/\d+)\b)
        [\w.-]+(?::\d+)?(?:/[\w.@:~%+{}-]+)+/?(?<![:.])  # a reference of an image, a path, or a key with a domain
      | (?<![\w./])/[\w.@:~%+/-]+(?<![:.]) # an absolute path
      | \b[\w-]+(?:\.[\w-]+)*:\d+\b        # HOST:PORT
      | \b[\da-f]{8}-[\da-f]{4}-[\da-f-]+  # a UID
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Phrase:
    """One state, and the words that show it."""

    pattern: str
    """Regular expression for words of the message: in any case, and any white space stands for a space."""

    message: str
    """What is wrong, without names."""

    remedy: str
    """What to change."""

    id: CauseId | None = None
    """The cause, if it is not the usual one of the table."""

    has_names: bool = False
    """Whether the pattern is about names, such as that of a taint: it is searched in the whole message."""


def find_phrase(message: str, phrases: Iterable[Phrase]) -> Phrase | None:
    """Return the first phrase of which the message has the words, or None."""
    whole = join_words(message)
    words = without_names(message)
    return next((item for item in phrases if _search(item.pattern, whole if item.has_names else words)), None)


def without_names(message: str) -> str:
    """Return the message on one line with `…` for each URL, reference, path, digest, address, and UID."""
    return join_words(_NAMES.sub("…", message))


def http_status(code: int) -> str:
    """Return the pattern of a status code, not as a part of a number, an address, or a name."""
    return rf"(?<![\w.:/@#=-]){code}(?![\w/@#=-]|[.:]\w)"


def _search(pattern: str, text: str) -> re.Match[str] | None:
    return _compile(pattern).search(text)


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    """Compile a pattern at its first use: there are more than `re` keeps."""
    return re.compile(pattern, re.IGNORECASE)


def join_words(text: str) -> str:
    """Return a text with one space for each run of white space."""
    return " ".join(text.split())
