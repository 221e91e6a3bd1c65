"""A request and its response as values: `api/` is a function from one to the other, and `http/` uses the sockets.

The body of a request is read as it arrives. The body of a response can contain parts of files, which `http/` sends by
sendfile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class ClientGone(Exception):
    """The client disconnected, was too slow, or violated HTTP while its body was read.

    Only `http/` raises and catches it: a handler cleans up, and lets it pass.
    """


class Body(Protocol):
    """The body of a request, read once, from the start."""

    @property
    def length(self) -> int | None:
        """Its Content-Length; None for a chunked one."""

    def readinto(self, buffer: memoryview) -> int:
        """Read the next bytes into `buffer` and return their number; 0 at the end. Raises ClientGone."""
        ...


class File(Protocol):
    """An open file whose parts are sent. The receiver of the response closes it."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...

    def close(self) -> None:
        """Close it."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """`count` bytes of a file, from `offset` on."""

    file: File
    offset: int
    count: int


@dataclass(slots=True)
class Request:
    """A request with a valid head.

    `path` is percent-decoded and `query` is as it was sent, without the `?`. `headers` has names in lower case; the
    values of a repeated header are joined by commas (RFC 9110, 5.3).
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Body
    client: str = ""
    """IP address of the client."""
    secure: bool = False
    user: str | None = None
    """Set by the application after authentication; None if the client is anonymous."""


@dataclass(slots=True)
class Response:
    """A response. `http/` adds Date, Content-Length, and Connection, and omits the body for HEAD."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: Sequence[bytes | FilePart] = ()
    """Parts, sent in order. `http/` closes the file of a `FilePart`, even if it does not send it."""
    length: int | None = None
    """Content-Length if it is not that of the body: for a HEAD that did not open the file."""
    unreadable: Callable[[], None] | None = None
    """Called by `http/` if a file of the body cannot be read or is too short. Can take long."""


class Application(Protocol):
    """What answers the requests: `http/` calls it, from many threads."""

    def __call__(self, request: Request) -> Response:
        """Return the response. Raises nothing but ClientGone."""
        ...

    def answers_without_blocking(self, request: Request) -> bool:
        """Whether the response comes from memory or a few small files, so that the leader can produce it itself."""
        ...
