"""Byte ranges: Range of a download (RFC 9110, 14), Content-Range of a chunk (distribution-spec, "Pushing blobs")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_RANGES: Final = 16
"""Ranges of one request. Clients use one; many are a known way to overload a server (RFC 9110, 17.15)."""

_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18})")
# In the distribution-spec it has no unit; in RFC 9110 it has one, and a total.
_CONTENT_RANGE = re.compile(r"(?:bytes[ =])?([0-9]{1,18})-([0-9]{1,18})(?:/(?:\*|[0-9]{1,18}))?")


class UnsatisfiableRangeError(ValueError):
    """No byte can be sent for a Range header: 416."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `first` to `last`, inclusive."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


def parse_range(header: str, size: int) -> list[ByteRange] | None:
    """Parse a Range header, and return its parts of `size` bytes; None if all bytes must be sent.

    That is so for other units than bytes, and for parts that overlap and exceed the whole. Raises
    UnsatisfiableRangeError if no part exists, if there are too many, and if the header is malformed.
    """
    unit, _, specs = header.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    parts = [spec.strip(" \t") for spec in specs.split(",")]
    if len(parts) > MAX_RANGES:
        raise UnsatisfiableRangeError
    ranges = [byte_range for part in parts if (byte_range := _parse_part(part, size))]
    if not ranges:
        raise UnsatisfiableRangeError
    return ranges if sum(byte_range.count for byte_range in ranges) <= size else None


def _parse_part(spec: str, size: int) -> ByteRange | None:
    """Parse one part, and limit it to `size`; None if nothing of it exists."""
    match = _RANGE.fullmatch(spec)
    if match is None:
        raise UnsatisfiableRangeError
    first, last, suffix = match.groups()
    if suffix is not None:
        byte_range = ByteRange(max(size - int(suffix), 0), size - 1)
    elif last is not None and int(last) < int(first):
        raise UnsatisfiableRangeError
    else:
        byte_range = ByteRange(int(first), size - 1 if last is None else min(int(last), size - 1))
    return byte_range if byte_range.count > 0 else None


def parse_content_range(header: str) -> ByteRange | None:
    """Parse the Content-Range header of a chunk; None if it is malformed."""
    match = _CONTENT_RANGE.fullmatch(header)
    if match is None or int(match[2]) < int(match[1]):
        return None
    return ByteRange(int(match[1]), int(match[2]))
