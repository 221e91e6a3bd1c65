"""Names of the spec, parsed once: a handler never meets a repository, tag or digest that is not one.

Spec: distribution-spec, "Pulling manifests" (name, reference); image-spec descriptor.md, "Digests".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Protocol

MAX_REPOSITORY: Final = 255
"""Longest repository name, in characters. Clients cut at 255, host included, so that no longer one is ever needed."""

_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_HEX: Final = {"sha256": re.compile(r"[a-f0-9]{64}"), "sha512": re.compile(r"[a-f0-9]{128}")}

ALGORITHMS: Final = tuple(_HEX)
"""The digest algorithms that are served: those that the image-spec registers."""


class Hash(Protocol):
    """What hashlib gives, and has no name for."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Go on with `data`."""

    def hexdigest(self) -> str:
        """The hash of all that it was given."""

    def copy(self) -> Hash:
        """One that goes on by itself from here."""


@dataclass(frozen=True, slots=True)
class Digest:
    """`sha256:` or `sha512:` and the hash in hexadecimal."""

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    @classmethod
    def parse(cls, text: str) -> Digest | None:
        """The digest that `text` is, or None: an unknown algorithm is none either."""
        algorithm, _, encoded = text.partition(":")
        form = _HEX.get(algorithm)
        return cls(algorithm, encoded) if form and form.fullmatch(encoded) else None

    @classmethod
    def of(cls, content: bytes, algorithm: str = "sha256") -> Digest:
        """The digest of `content`."""
        return cls(algorithm, hashlib.new(algorithm, content, usedforsecurity=False).hexdigest())


def hasher(algorithm: str) -> Hash:
    """A new hash of one of ALGORITHMS."""
    return hashlib.new(algorithm, usedforsecurity=False)


def is_repository(text: str) -> bool:
    """Whether `text` can be the name of a repository."""
    return len(text) <= MAX_REPOSITORY and _REPOSITORY.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Whether `text` can be a tag."""
    return _TAG.fullmatch(text) is not None
