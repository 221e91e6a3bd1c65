"""What went wrong, as a response: the one place where an error becomes one."""

from __future__ import annotations

import errno
import json
import traceback
from contextlib import suppress
from typing import Final

from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.log import report
from registry_gitops.registry.messages import Response

_FULL: Final = (507, "the storage of the registry is full")
_SHORT: Final = (503, "the registry has no file descriptor or memory left at the moment")
_CLOSED: Final = (503, "the storage of the registry does not take changes at the moment")
_GONE: Final = (503, "the storage of the registry is gone")
_BROKEN: Final = (500, "the storage of the registry fails")

_FAULTS: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EMFILE: _SHORT,
    errno.ENFILE: _SHORT,
    errno.ENOMEM: _SHORT,
    errno.EROFS: _CLOSED,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.ENODEV: _GONE,
    errno.ENXIO: _GONE,
    errno.ESTALE: _GONE,
    errno.ENOTCONN: _GONE,
}


def refused(error: RegistryError) -> Response:
    """The error JSON of the spec."""
    entry: dict[str, object] = {"code": error.code.name, "message": error.code.meaning}
    if error.detail:
        entry["detail"] = error.detail
    headers = [("Content-Type", "application/json"), *error.headers.items()]
    return Response(error.status, headers, [json.dumps({"errors": [entry]}).encode()])


def failed(error: OSError) -> Response:
    """For what the storage could not do. The client is not told where; the log is."""
    report(f"the storage failed: {error}")
    status, detail = words(error)
    code = Code.UNKNOWN if status == 500 else Code.UNAVAILABLE
    headers = {"Retry-After": "1"} if status == 503 else None
    return refused(RegistryError(code, detail, status=status, headers=headers))


def words(error: OSError | MemoryError) -> tuple[int, str]:
    """The status that an error has, and a sentence without a path."""
    return _SHORT if isinstance(error, MemoryError) else _FAULTS.get(error.errno or 0, _BROKEN)


def exhausted() -> Response:
    """For want of memory."""
    status, detail = _SHORT
    return refused(RegistryError(Code.UNAVAILABLE, detail, status=status, headers={"Retry-After": "1"}))


def bug() -> Response:
    """For an exception that should not be there, in the `except` that caught it."""
    report_bug()
    return refused(RegistryError(Code.UNKNOWN))


def report_bug() -> None:
    """Report an exception that should not be there, in the `except` that caught it. Raises nothing."""
    with suppress(Exception):
        report(f"a mistake in the registry: {traceback.format_exc()}")
