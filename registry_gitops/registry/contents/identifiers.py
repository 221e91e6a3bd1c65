"""Repository names, tags, and digests. Spec: distribution-spec, "Pulling manifests"; image-spec, descriptor.md."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

MAX_REPOSITORY: Final = 255
"""Characters of the longest repository name. The spec: many clients limit host, `/`, and name together to 255."""

# A part of a name: runs of a-z and 0-9, with a single `.` or `_`, two `_`, or any number of `-` between them.
_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY: Final = re.compile(f"{_PART}(?:/{_PART})*")
_TAG: Final = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_HEX: Final = {"sha256": re.compile(r"[a-f0-9]{64}"), "sha512": re.compile(r"[a-f0-9]{128}")}

ALGORITHMS: Final = tuple(_HEX)
"""The digest algorithms that the registry serves: those that the image-spec registers."""


@dataclass(frozen=True, slots=True)
class Digest:
    """`sha256:` or `sha512:` and the hash in hexadecimal."""

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    @classmethod
    def parse(cls, text: str) -> Digest | None:
        """Parse a digest; None if `text` is none, or its algorithm is not served."""
        algorithm, _, encoded = text.partition(":")
        pattern = _HEX.get(algorithm)
        return cls(algorithm, encoded) if pattern and pattern.fullmatch(encoded) else None

    @classmethod
    def of(cls, content: bytes, algorithm: str = "sha256") -> Digest:
        """Return the digest of `content`."""
        return cls(algorithm, hashlib.new(algorithm, content, usedforsecurity=False).hexdigest())


def new_hash(algorithm: str) -> hashlib._Hash:
    """Return a new hash of one of ALGORITHMS."""
    return hashlib.new(algorithm, usedforsecurity=False)


def is_repository(text: str) -> bool:
    """Whether `text` is a valid repository name of at most MAX_REPOSITORY characters."""
    return len(text) <= MAX_REPOSITORY and _REPOSITORY.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Whether `text` is a valid tag."""
    return _TAG.fullmatch(text) is not None
