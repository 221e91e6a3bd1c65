"""Blobs of a repository: a link says that a blob is in it, and its bytes are kept once for all repositories.

Spec: distribution-spec, "Pulling blobs" (end-2), "Deleting Blobs" (end-10), "Mounting a blob" (end-11).
"""

from __future__ import annotations

import secrets
from contextlib import suppress

from registry_gitops.registry.api import targets
from registry_gitops.registry.api.ranges import Span, Unsatisfiable, requested
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.content_store import identity, is_current, linked
from registry_gitops.registry.contents.identifiers import Digest
from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.messages import FilePart, Request, Response
from registry_gitops.registry.storage import Content, Stat

_TYPE = ("Content-Type", "application/octet-stream")
_RANGES = ("Accept-Ranges", "bytes")


def get(state: State, request: Request, at: targets.Blob) -> Response:
    """The bytes of a blob, or the parts that a Range asks for."""
    if request.method == "HEAD":
        return _head(state, at)
    if is_current(request.headers.get("if-none-match"), at.digest):
        if find(state, at.name, at.digest) is None:
            raise _unknown()
        return Response(304, [*identity(at.digest)])
    data = _data(state, at.name, at.digest)
    content = state.storage.open(layout.blob_data(data)) if data else None
    if data is None or content is None:
        raise _unknown()
    try:
        if not state.contents.is_whole(data, content):
            raise _unknown()
        response = _parts(request, at.digest, content)
    except BaseException:
        content.close()
        raise
    if any(isinstance(part, FilePart) for part in response.body):
        response.unreadable = lambda: _doubt(state, data)
    else:
        content.close()
    return response


def _doubt(state: State, data: Digest) -> None:
    """What happens when the bytes of a blob could not be sent to their end."""
    state.health.doubt()
    with suppress(OSError):
        state.contents.check(data)


def _head(state: State, at: targets.Blob) -> Response:
    found = find(state, at.name, at.digest)
    if found is None:
        raise _unknown()
    return Response(200, [_TYPE, _RANGES, *identity(at.digest)], length=found.size)


def delete(state: State, request: Request, at: targets.Blob) -> Response:
    """Take a blob out of a repository. Its bytes go with the next garbage collection, if no other repository has it."""
    if not state.storage.remove(layout.layer(at.name, at.digest)):
        raise _unknown()
    return Response(202)


def mount(state: State, source: str | None, at: targets.Uploads, digest: Digest) -> bool:
    """Put a blob of the repository `source`, or of any, into another one, and say whether it was there."""
    found = state.contents.keep(digest) if source is None else find(state, source, digest)
    if found is None:
        return False
    # A link that was made by distribution for a sha512 digest may name the same bytes by sha256.
    data = digest if source is None else _data(state, source, digest) or digest
    state.storage.publish({link(at.name, digest): str(data).encode()})
    return True


def find(state: State, repository: str, digest: Digest) -> Stat | None:
    """A blob of a repository, which garbage collection leaves alone from now on; None if it is not there."""
    # The bytes first: what is young by the time that its link is seen keeps its link.
    found = state.contents.keep(digest)
    data = _data(state, repository, digest)
    if data == digest or data is None:
        return found if data else None
    found = state.contents.keep(data)
    return found if _data(state, repository, digest) == data else None


def link(repository: str, digest: Digest) -> str:
    """The path of the file that says that a blob is in a repository."""
    return f"{layout.layer(repository, digest)}/link"


def location(repository: str, digest: Digest) -> tuple[str, str]:
    """The header that says where a blob is."""
    return ("Location", f"/v2/{repository}/blobs/{digest}")


def _data(state: State, repository: str, digest: Digest) -> Digest | None:
    """The digest that the bytes of a blob are kept under: its own, unless distribution has put it there."""
    path = link(repository, digest)
    stat = state.storage.stat(path)
    if stat is None:
        return None
    # Its name is as long as its digest: it names nothing else, and need not be read.
    if stat.size == len(digest.algorithm) + 1 + len(digest.hex):
        return digest
    return linked(state.storage.read(path) or b"")


def _unknown() -> RegistryError:
    return RegistryError(Code.BLOB_UNKNOWN, "this repository has no such blob")


def _parts(request: Request, digest: Digest, content: Content) -> Response:
    headers = [_RANGES, *identity(digest)]
    try:
        spans = _spans(request, digest, content.size)
    except Unsatisfiable:
        raise RegistryError(
            Code.SIZE_INVALID,
            f"the Range asks for nothing of what is there: {content.size} bytes",
            status=416,
            headers={"Content-Range": f"bytes */{content.size}"},
        ) from None
    if spans is None:
        return Response(200, [_TYPE, *headers], [content.part(0, content.size)])
    if len(spans) > 1:
        return _multipart(headers, spans, content)
    place = ("Content-Range", _place(spans[0], content))
    return Response(206, [_TYPE, place, *headers], [content.part(spans[0].first, spans[0].count)])


def _spans(request: Request, digest: Digest, size: int) -> list[Span] | None:
    asked = request.headers.get("range")
    unless = request.headers.get("if-range")
    if asked is None or (unless is not None and unless != f'"{digest}"'):
        return None
    return requested(asked, size)


def _multipart(headers: list[tuple[str, str]], spans: list[Span], content: Content) -> Response:
    boundary = secrets.token_hex(16)
    body: list[bytes | FilePart] = []
    for span in spans:
        head = f"\r\n--{boundary}\r\nContent-Type: {_TYPE[1]}\r\nContent-Range: {_place(span, content)}\r\n\r\n"
        body += head.encode(), content.part(span.first, span.count)
    body.append(f"\r\n--{boundary}--\r\n".encode())
    return Response(206, [("Content-Type", f"multipart/byteranges; boundary={boundary}"), *headers], body)


def _place(span: Span, content: Content) -> str:
    return f"bytes {span.first}-{span.last}/{content.size}"
