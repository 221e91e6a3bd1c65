"""Diagnosis: from an unexpected response to the chart value to change."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from registry_gitops.smoke.client import Client, NoResponseError, RegistryResponse
from registry_gitops.smoke.exceptions import CheckFailed
from registry_gitops.smoke.remedies import (
    BROKEN_STORAGE,
    FILTERED,
    FORBIDDEN,
    GATEWAY,
    INDEX_CLOSED,
    LONG_HEADERS,
    NOT_WRITABLE,
    PAGE_LIMIT,
    PROXY_FILES,
    PROXY_REQUESTS,
    READ_ONLY,
    REDIRECTED,
    REPLICAS,
    REQUEST_HEADERS,
    SLOW,
    STORAGE_LOGIN,
    STORAGE_NOT_SHARED,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    UNREACHABLE_STORAGE,
    VOLUME_FULL,
)
from registry_gitops.smoke.remedy import Remedy

ACCESS_REFUSED: Final = (401, 403)
"""Status codes for a client that is not logged in, or not allowed to do what it wants."""
_MAX_SUMMARY: Final = 200
"""Characters."""

_BY_ERRNO: Final[dict[int, str | Remedy]] = {
    28: VOLUME_FULL,
    122: VOLUME_FULL,
    30: NOT_WRITABLE,
    13: NOT_WRITABLE,
    1: NOT_WRITABLE,
}
_BY_PAGE: Final[dict[int, str | Remedy]] = {
    403: FILTERED,
    405: FILTERED,
    406: FILTERED,
    500: PROXY_FILES,
    501: FILTERED,
}
"""Status code of a page for people -> remedy."""
_BY_STATUS: Final[dict[int, str | Remedy]] = {
    401: UNAUTHORIZED,
    403: FORBIDDEN,
    411: PROXY_REQUESTS,
    413: TOO_LARGE,
    414: LONG_HEADERS,
    429: TOO_MANY,
    431: LONG_HEADERS,
    502: GATEWAY,
    503: GATEWAY,
    504: GATEWAY,
}
_BY_STATUS_OF_WRITES: Final[dict[int, str | Remedy]] = {
    301: REDIRECTED,
    302: REDIRECTED,
    303: REDIRECTED,
    307: REDIRECTED,
    308: REDIRECTED,
    405: READ_ONLY,
}
_BY_BODY: Final[tuple[tuple[int, bytes, str | Remedy], ...]] = (
    (404, b"accept header", REQUEST_HEADERS),
    (400, b"only one auth mechanism", STORAGE_LOGIN),
)
"""Status code and words of the body, in lower case -> remedy."""
_BY_WORDS: Final[tuple[tuple[re.Pattern[str], str | Remedy], ...]] = (
    (re.compile(r"no space|quota|disk (is )?full", re.IGNORECASE), VOLUME_FULL),
    (re.compile(r"read-only|permission denied|not permitted", re.IGNORECASE), NOT_WRITABLE),
)
_ERRNO: Final = re.compile(r'"err"\s*:\s*(\d+)', re.IGNORECASE)
_WRITES: Final = ("POST", "PUT", "PATCH")
_BLOB_UNKNOWN: Final = frozenset({"MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"})
_PUSH_OF_MANIFEST: Final = re.compile(r"PUT \S+/manifests/")
_BLOB_OR_MANIFEST: Final = re.compile(r"/(?:blobs|manifests)/[^/]+$")


def expect_status(response: RegistryResponse, *expected: int) -> RegistryResponse:
    """Return the response if it has one of these status codes. Raises CheckFailed."""
    if response.status not in expected:
        raise status_failure(response, *expected)
    return response


def status_failure(response: RegistryResponse, *expected: int) -> CheckFailed:
    """Return the failure for a response that has none of the expected status codes."""
    summary = error_summary(response)
    codes = " or ".join(map(str, expected))
    returned = f"{request_line(response)} returned {response.status}, expected {codes}"
    return CheckFailed(f"{returned}{': ' if summary else ''}{summary}", remedy_for_response(response))


def request_line(response: RegistryResponse) -> str:
    """Return the method and the path of the request, without host and query."""
    path = re.sub(r"^\w+://[^/]+|\?.*", "", response.url)
    return f"{response.method} {path}"


def expect_header(response: RegistryResponse, name: str, expected: str) -> None:
    """Return if the header has this value. Raises CheckFailed."""
    value = response.headers.get(name)
    if value != expected:
        returned = f"no {name}" if value is None else f"{name}: {value}"
        raise CheckFailed(f"{response.method} returned {returned}, expected {expected}")


def expect_digest(response: RegistryResponse, digest: str) -> None:
    """Return if the header Docker-Content-Digest is this digest, or absent. Raises CheckFailed."""
    if "Docker-Content-Digest" in response.headers:
        expect_header(response, "Docker-Content-Digest", digest)


def expect_own_origin(client: Client, response: RegistryResponse, target: str, *, promised: str | None = None) -> None:
    """Return if the target of a Location or a Link has the address of the registry, or the one that was promised.

    Raises CheckFailed.
    """
    origin = client.foreign_origin(response, target)
    if origin and origin != promised:
        raise CheckFailed(f"{response.method} refers to {origin}, but the registry is at {client.url}")


def remedy_for_response(response: RegistryResponse) -> str | Remedy:
    """Return what to change, as far as the response alone tells, or ""."""
    writes = response.method in _WRITES
    for remedies in (_BY_PAGE if is_page(response) else {}, _BY_STATUS, _BY_STATUS_OF_WRITES if writes else {}):
        if response.status in remedies:
            return remedies[response.status]
    if "/blobs/uploads/" in response.url and (
        response.status == 404 or "BLOB_UPLOAD_INVALID" in parse_error_codes(response)
    ):
        return REPLICAS if response.method != "POST" else ""
    if response.status == 400 and "PAGINATION_NUMBER_INVALID" in parse_error_codes(response):
        return PAGE_LIMIT
    if is_blob_unknown(response):
        # The run has pushed the blobs of each manifest before.
        return STORAGE_NOT_SHARED
    if response.status in (500, 507) and writes:
        return _remedy_for_storage(response)
    for status, words, remedy in _BY_BODY:
        if response.status == status and words in response.body.lower():
            return remedy
    if response.status == 404 and not writes and _BLOB_OR_MANIFEST.search(response.url):
        # If 404 is unexpected, this run has pushed the blob or manifest.
        return STORAGE_NOT_SHARED
    return ""


def is_page(response: RegistryResponse) -> bool:
    """Return whether the body is a page for people: registries send JSON or plain text, and proxies pages."""
    return response.headers.get("Content-Type", "").lower().startswith("text/html")


def is_blob_unknown(response: RegistryResponse) -> bool:
    """Return whether a manifest was refused because the registry lacks what it references."""
    is_refused = response.method == "PUT" and response.status in (400, 404)
    return is_refused and not _BLOB_UNKNOWN.isdisjoint(parse_error_codes(response))


def _remedy_for_storage(response: RegistryResponse) -> str | Remedy:
    if response.status == 507:
        return VOLUME_FULL
    text = response.body[:4096].decode(errors="replace")
    number = _ERRNO.search(text)
    if number and int(number[1]) in _BY_ERRNO:
        return _BY_ERRNO[int(number[1])]
    return next((remedy for words, remedy in _BY_WORDS if words.search(text)), BROKEN_STORAGE)


def remedy_for_no_response(problem: NoResponseError, url: str) -> Remedy:
    """Return what to change if the registry at `url`, or a server to which it sends clients, did not respond."""
    if urlsplit(problem.url).netloc != urlsplit(url).netloc:
        return UNREACHABLE_STORAGE
    if isinstance(problem.cause, requests.Timeout):
        return SLOW
    return INDEX_CLOSED if _PUSH_OF_MANIFEST.match(str(problem)) else GATEWAY


def parse_errors(response: RegistryResponse) -> list[dict[str, Any]] | None:
    """Parse the errors in the body, or return None if it does not have the shape of the specification."""
    try:
        errors = json.loads(response.body)["errors"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        return None
    return errors


def parse_error_codes(response: RegistryResponse) -> list[str]:
    """Return the error codes in the body, such as MANIFEST_UNKNOWN."""
    return [str(error.get("code", "")) for error in parse_errors(response) or ()]


def error_summary(response: RegistryResponse) -> str:
    """Return the codes and messages of the errors in the body, of at most 200 characters."""
    texts = [f"{error.get('code', '')} {error.get('message', '')}".strip() for error in parse_errors(response) or ()]
    return " ".join("; ".join(texts).split())[:_MAX_SUMMARY]
