"""Why there was no answer, in words."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import requests

_INVALID_URL: Final = "the URL of a redirect, of a token server, or of the proxy is not valid"
_TEXTS: Final = (
    (requests.ConnectTimeout, "no connection within the time-out"),
    (requests.Timeout, "no answer within the time-out"),
    # Not that of the registry, which was checked before it was used.
    (requests.exceptions.InvalidURL, _INVALID_URL),
    (requests.exceptions.InvalidSchema, _INVALID_URL),
    (requests.TooManyRedirects, "it redirects in a loop"),
    (requests.exceptions.ContentDecodingError, "the body of the response cannot be decoded, or is longer than 32 MiB"),
)
"""What requests raises -> its text; the first that fits."""
_HTTP_TEXTS: Final = (
    (http.client.RemoteDisconnected, "the connection was closed without an answer"),
    (http.client.IncompleteRead, "the connection was closed within an answer"),
    (http.client.HTTPException, "the response is not HTTP"),
)
"""What http.client raises -> its text; the first that fits."""


def reason(error: BaseException) -> str:
    """Why there was no answer, in words: what the innermost error says."""
    for kind, text in _TEXTS:
        if isinstance(error, kind):
            return text
    for inner in causes(error):
        if isinstance(inner, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted: {inner.verify_message}"
        if isinstance(inner, ssl.SSLError):
            return f"no TLS connection: {inner.reason or inner.args[-1]}"
        if isinstance(inner, socket.gaierror):
            return f"its name cannot be resolved: {inner.strerror}"
        for http_kind, http_text in _HTTP_TEXTS:
            if isinstance(inner, http_kind):
                return http_text
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror.lower()
    return type(error).__name__


def causes(error: BaseException) -> Iterator[BaseException]:
    """The errors behind an error, the innermost first."""
    found: list[BaseException] = []
    todo: list[BaseException] = [error]
    while todo:
        one = todo.pop()
        if one not in found:
            found.append(one)
            inside = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
            todo += [inner for inner in inside if isinstance(inner, BaseException)]
    return reversed(found)
