"""The errors of the registry, and the responses that they become. Spec: distribution-spec, "Error Codes"."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from enum import Enum
from typing import Final

from registry_gitops.registry.access_log import log_exception, log_message
from registry_gitops.registry.messages import Response


class Code(Enum):
    """An error code: its status code, unless a handler sets another, and its meaning."""

    def __init__(self, status: int, meaning: str) -> None:
        self.status = status
        self.meaning = meaning

    BLOB_UNKNOWN = 404, "blob unknown to registry"
    BLOB_UPLOAD_INVALID = 400, "blob upload invalid"
    BLOB_UPLOAD_UNKNOWN = 404, "blob upload unknown to registry"
    DIGEST_INVALID = 400, "provided digest did not match uploaded content"
    MANIFEST_BLOB_UNKNOWN = 404, "manifest references a manifest or blob unknown to registry"
    MANIFEST_INVALID = 400, "manifest invalid"
    MANIFEST_UNKNOWN = 404, "manifest unknown to registry"
    NAME_INVALID = 400, "invalid repository name"
    NAME_UNKNOWN = 404, "repository name not known to registry"
    SIZE_INVALID = 400, "provided length did not match content length"
    UNAUTHORIZED = 401, "authentication required"
    DENIED = 403, "requested access to the resource is denied"
    UNSUPPORTED = 405, "the operation is unsupported"
    TOOMANYREQUESTS = 429, "too many requests"
    # Not in the spec, which has no codes for these; distribution uses them.
    UNAVAILABLE = 503, "service unavailable"
    UNKNOWN = 500, "unknown error"


class RegistryError(Exception):
    """A request that is refused: `code`, `detail` (a sentence), and the status code and headers if they differ.

    `detail` can quote what the client sent, and nothing that only the server knows.
    """

    def __init__(
        self, code: Code, detail: str = "", *, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{code.name}: {detail or code.meaning}")
        self.code = code
        self.detail = detail
        self.status = status or code.status
        self.headers = dict(headers or {})


class SetupError(ValueError):
    """A registry cannot be started with these options: `message`, and the file and line if there is one."""

    def __init__(self, message: str, file: object = None, line: int | None = None) -> None:
        self.message = message
        self.file = None if file is None else str(file)
        self.line = line
        super().__init__(": ".join(filter(None, [":".join(map(str, filter(None, (file, line)))), message])))


_FULL: Final = (507, "the storage of the registry is full")
_SHORT: Final = (503, "the registry has no file descriptor or memory left at the moment")
_READ_ONLY: Final = (503, "the storage of the registry does not take changes at the moment")
_GONE: Final = (503, "the storage of the registry is gone")
_BROKEN: Final = (500, "the storage of the registry fails")

_OS_ERRORS: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EMFILE: _SHORT,
    errno.ENFILE: _SHORT,
    errno.ENOMEM: _SHORT,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENODEV: _GONE,
    errno.ENXIO: _GONE,
    errno.ESTALE: _GONE,
    errno.ENOTCONN: _GONE,
}


def spec_error(error: RegistryError) -> Response:
    """Return the response to a refused request, with the JSON of the spec."""
    entry: dict[str, object] = {"code": error.code.name, "message": error.code.meaning}
    if error.detail:
        entry["detail"] = error.detail
    headers = [("Content-Type", "application/json"), *error.headers.items()]
    return Response(error.status, headers, [json.dumps({"errors": [entry]}).encode()])


def storage_error(error: OSError) -> Response:
    """Log an error of the storage, and return its response, which contains no path."""
    log_message(f"the storage failed: {error}")
    status, detail = describe_os_error(error)
    code = Code.UNKNOWN if status == 500 else Code.UNAVAILABLE
    headers = {"Retry-After": "1"} if status == 503 else None
    return spec_error(RegistryError(code, detail, status=status, headers=headers))


def describe_os_error(error: OSError | MemoryError) -> tuple[int, str]:
    """Return the status code of an error, and a sentence without a path."""
    return _SHORT if isinstance(error, MemoryError) else _OS_ERRORS.get(error.errno or 0, _BROKEN)


def out_of_memory() -> Response:
    """Return the response to a MemoryError."""
    status, detail = _SHORT
    return spec_error(RegistryError(Code.UNAVAILABLE, detail, status=status, headers={"Retry-After": "1"}))


def internal_error() -> Response:
    """Log the unexpected exception that is being handled, and return its response."""
    log_exception()
    return spec_error(RegistryError(Code.UNKNOWN))
