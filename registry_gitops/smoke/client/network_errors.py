"""Network errors: why there was no response."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import requests

_INVALID_URL: Final = "the URL of a redirect, of a token server, or of the proxy is not valid"
_TEXTS: Final = (
    (requests.ConnectTimeout, "no connection within the timeout"),
    (requests.Timeout, "no response within the timeout"),
    # Not the URL of the registry, which was checked before its first use.
    (requests.exceptions.InvalidURL, _INVALID_URL),
    (requests.exceptions.InvalidSchema, _INVALID_URL),
    (requests.TooManyRedirects, "it redirects in a loop"),
    (requests.exceptions.ContentDecodingError, "the body of the response cannot be decoded, or is longer than 32 MiB"),
)
"""Exception of requests -> text; the first that matches."""
_HTTP_TEXTS: Final = (
    (http.client.RemoteDisconnected, "the connection was closed before a response"),
    (http.client.IncompleteRead, "the connection was closed within a response"),
    (http.client.HTTPException, "the response is not HTTP"),
)
"""Exception of http.client -> text; the first that matches."""


class NoResponseError(Exception):
    """`url` sent no response, or an incomplete one, for this `reason`. `cause` is what requests raised.

    All texts are masked.
    """

    def __init__(self, request: str, reason: str, cause: Exception, url: str) -> None:
        super().__init__(f"{request}: {reason}")
        self.reason = reason
        self.cause = cause
        self.url = url


def describe_error(error: BaseException) -> str:
    """Return why there was no response, as the innermost known error of the chain says."""
    for kind, text in _TEXTS:
        if isinstance(error, kind):
            return text
    for inner in error_chain(error):
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


def error_chain(error: BaseException) -> Iterator[BaseException]:
    """Return the error and all errors behind it, the innermost first."""
    chain: list[BaseException] = []
    remaining: list[BaseException] = [error]
    while remaining:
        current = remaining.pop()
        if current not in chain:
            chain.append(current)
            behind = (*current.args, getattr(current, "reason", None), current.__cause__, current.__context__)
            remaining += [inner for inner in behind if isinstance(inner, BaseException)]
    return reversed(chain)
