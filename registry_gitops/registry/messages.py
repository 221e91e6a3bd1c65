"""A request and its response as values: the core of the registry is a function from the one to the other.

No socket is seen here. The body of a request is read as it comes; that of a response may be parts of files, which the
adapter sends without reading them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class ClientGone(Exception):
    """The client broke off, was too slow, or broke the rules of HTTP while its body was read.

    Only the adapter raises and catches it: a handler cleans up behind itself, and lets it pass.
    """


class Body(Protocol):
    """The body of a request, read once, from the front."""

    @property
    def length(self) -> int | None:
        """Bytes that it has in all, as its Content-Length says; None for a chunked one."""

    def readinto(self, buffer: memoryview) -> int:
        """Put the next bytes into `buffer` and say how many; 0 at the end. Raises ClientGone."""


class File(Protocol):
    """An open file whose parts are sent; whoever gets the response closes it."""

    def fileno(self) -> int:
        """Its descriptor."""

    def close(self) -> None:
        """Give it back."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """`count` bytes of a file, from `offset` on."""

    file: File
    offset: int
    count: int


@dataclass(slots=True)
class Request:
    """A request whose head has been read and found to be HTTP.

    `path` is percent-decoded and `query` is as it was sent, without the `?`. `headers` has names in lower case; the
    values of a repeated header are joined by commas (RFC 9110, 5.3).
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Body
    client: str = ""
    """Address that the request came from."""
    secure: bool = False
    """Whether it came over TLS."""
    user: str | None = None
    """Who asked, once the core has found out."""


@dataclass(slots=True)
class Response:
    """What is sent back. The adapter adds Date, Content-Length and Connection, and leaves the body out for HEAD."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: Sequence[bytes | FilePart] = ()
    """Parts, sent one after the other. A `FilePart`'s file is closed by the adapter, also where it is not sent."""
    length: int | None = None
    """Content-Length, where it is not that of the body: of a HEAD that did not open the file."""
    unreadable: Callable[[], None] | None = None
    """What the adapter calls where a file of the body could not be read, or ended before its end. It may take long."""
