"""Byte ranges: of what is asked for, and of what is sent in chunks.

Spec: RFC 9110, 14; distribution-spec, "Pushing a blob in chunks".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_RANGES: Final = 16
"""Ranges of one request. Clients ask for one; many are a known way to make a server work (RFC 9110, 17.15)."""

_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18})")
# The spec's own form has no unit; RFC 9110's has one, and a total.
_CONTENT_RANGE = re.compile(r"(?:bytes[ =])?([0-9]{1,18})-([0-9]{1,18})(?:/(?:\*|[0-9]{1,18}))?")


class Unsatisfiable(ValueError):
    """No byte can be sent for a Range: 416."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `first` to `last`, both of them included."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many bytes that are."""
        return self.last - self.first + 1


def requested(header: str, size: int) -> list[Span] | None:
    """The parts of `size` bytes that a Range header asks for; None where all of it is to be sent.

    That is so for other units than bytes, and for parts that overlap: they are more than the whole. Raises
    Unsatisfiable where no part is there, where there are too many, and where the header is malformed.
    """
    unit, _, specs = header.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    parts = [spec.strip(" \t") for spec in specs.split(",")]
    if len(parts) > MAX_RANGES:
        raise Unsatisfiable
    spans = [span for part in parts if (span := _span(part, size))]
    if not spans:
        raise Unsatisfiable
    return spans if sum(span.count for span in spans) <= size else None


def _span(spec: str, size: int) -> Span | None:
    """One part, cut to what is there; None if nothing is."""
    match = _RANGE.fullmatch(spec)
    if match is None:
        raise Unsatisfiable
    first, last, suffix = match.groups()
    if suffix is not None:
        span = Span(max(size - int(suffix), 0), size - 1)
    elif last is not None and int(last) < int(first):
        raise Unsatisfiable
    else:
        span = Span(int(first), size - 1 if last is None else min(int(last), size - 1))
    return span if span.count > 0 else None


def sent(header: str) -> Span | None:
    """The place of a chunk as its Content-Range says it; None where that is malformed."""
    match = _CONTENT_RANGE.fullmatch(header)
    if match is None or int(match[2]) < int(match[1]):
        return None
    return Span(int(match[1]), int(match[2]))
