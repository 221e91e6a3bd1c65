"""The one error that handlers raise, with the codes of the spec as named values.

Spec: distribution-spec, "Error Codes". The core turns it into a response; nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Code(Enum):
    """An error code, the status that it has unless a handler says otherwise, and what it means."""

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
    # Not among the spec's fourteen, which have no word for these; as distribution names them.
    UNAVAILABLE = 503, "service unavailable"
    UNKNOWN = 500, "unknown error"


class RegistryError(Exception):
    """A request that is refused: `code`, `detail` (a sentence for people), and where they differ, status and headers.

    `detail` may quote what the client sent, and nothing that only the server knows.
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
    """What a registry was to be started with cannot be used: `message`, and where there is one, its file and line."""

    def __init__(self, message: str, file: object = None, line: int | None = None) -> None:
        self.message = message
        self.file = None if file is None else str(file)
        self.line = line
        super().__init__(": ".join(filter(None, [":".join(map(str, filter(None, (file, line)))), message])))
