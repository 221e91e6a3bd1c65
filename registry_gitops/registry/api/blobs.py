"""The blob endpoints. Spec: distribution-spec, "Pulling blobs" (end-2) and "Deleting Blobs" (end-10)."""

from __future__ import annotations

import secrets
from contextlib import suppress

from registry_gitops.registry.api.ranges import ByteRange, UnsatisfiableRangeError, parse_range
from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import BlobTarget
from registry_gitops.registry.contents import Digest, digest_headers, matches_etag
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import FilePart, Request, Response
from registry_gitops.registry.storage import OpenFile

_TYPE = ("Content-Type", "application/octet-stream")
_RANGES = ("Accept-Ranges", "bytes")


def get_blob(state: State, request: Request, target: BlobTarget) -> Response:
    """Return the bytes of a blob, or the ranges that the client requests."""
    if request.method == "HEAD":
        return _head(state, target)
    if matches_etag(request.headers.get("if-none-match"), target.digest):
        if state.repositories.find_blob(target.name, target.digest) is None:
            raise _unknown()
        return Response(304, [*digest_headers(target.digest)])
    data = state.repositories.data_digest(target.name, target.digest)
    file = state.content.open_blob(data) if data else None
    if data is None or file is None:
        raise _unknown()
    try:
        response = _get_ranges(request, target.digest, file)
    except BaseException:
        file.close()
        raise
    if any(isinstance(part, FilePart) for part in response.body):
        response.unreadable = lambda: _handle_unreadable(state, data)
    else:
        file.close()
    return response


def delete_blob(state: State, request: Request, target: BlobTarget) -> Response:
    """Delete a blob from a repository. The next garbage collection deletes the data if no other repository needs it."""
    if not state.repositories.delete_blob(target.name, target.digest):
        raise _unknown()
    return Response(202)


def location_header(repository: str, digest: Digest) -> tuple[str, str]:
    """Return the header with the path of a blob."""
    return ("Location", f"/v2/{repository}/blobs/{digest}")


def _head(state: State, target: BlobTarget) -> Response:
    stat = state.repositories.find_blob(target.name, target.digest)
    if stat is None:
        raise _unknown()
    return Response(200, [_TYPE, _RANGES, *digest_headers(target.digest)], length=stat.size)


def _handle_unreadable(state: State, data: Digest) -> None:
    """Check the storage and the blob, after its bytes could not be sent to the end."""
    state.health.invalidate()
    with suppress(OSError):
        state.content.delete_if_corrupt(data)


def _unknown() -> RegistryError:
    return RegistryError(Code.BLOB_UNKNOWN, "this repository has no such blob")


# -- ranges


def _get_ranges(request: Request, digest: Digest, file: OpenFile) -> Response:
    headers = [_RANGES, *digest_headers(digest)]
    try:
        ranges = _requested_ranges(request, digest, file.size)
    except UnsatisfiableRangeError:
        raise RegistryError(
            Code.SIZE_INVALID,
            f"the Range asks for nothing of what is there: {file.size} bytes",
            status=416,
            headers={"Content-Range": f"bytes */{file.size}"},
        ) from None
    if ranges is None:
        return Response(200, [_TYPE, *headers], [file.part(0, file.size)])
    if len(ranges) > 1:
        return _multipart(headers, ranges, file)
    content_range = ("Content-Range", _format_content_range(ranges[0], file))
    return Response(206, [_TYPE, content_range, *headers], [file.part(ranges[0].first, ranges[0].count)])


def _requested_ranges(request: Request, digest: Digest, size: int) -> list[ByteRange] | None:
    header = request.headers.get("range")
    if_range = request.headers.get("if-range")
    if header is None or (if_range is not None and if_range != f'"{digest}"'):
        return None
    return parse_range(header, size)


def _multipart(headers: list[tuple[str, str]], ranges: list[ByteRange], file: OpenFile) -> Response:
    boundary = secrets.token_hex(16)
    body: list[bytes | FilePart] = []
    for byte_range in ranges:
        content_range = _format_content_range(byte_range, file)
        head = f"\r\n--{boundary}\r\nContent-Type: {_TYPE[1]}\r\nContent-Range: {content_range}\r\n\r\n"
        body += head.encode(), file.part(byte_range.first, byte_range.count)
    body.append(f"\r\n--{boundary}--\r\n".encode())
    return Response(206, [("Content-Type", f"multipart/byteranges; boundary={boundary}"), *headers], body)


def _format_content_range(byte_range: ByteRange, file: OpenFile) -> str:
    return f"bytes {byte_range.first}-{byte_range.last}/{file.size}"
