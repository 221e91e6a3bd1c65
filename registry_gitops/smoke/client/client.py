"""HTTP requests to one registry: connections, retries, authentication, evidence."""

from __future__ import annotations

import hashlib
import io
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Final, Self, cast
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from registry_gitops.smoke.client.client_auth import ClientAuthenticator
from registry_gitops.smoke.client.evidence import Evidence
from registry_gitops.smoke.client.masked_text import Mask, MaskedText
from registry_gitops.smoke.client.network_errors import NoResponseError, describe_error
from registry_gitops.smoke.client.traffic import ATTEMPTS, Traffic
from registry_gitops.version import __version__

_MAX_BODY: Final = 32 * 1024 * 1024
"""Bytes of a response to read: more than any valid manifest or list has."""
_BLOCK: Final = 256 * 1024
_METHODS_TO_REDIRECT: Final = ("GET", "HEAD")
_RETRY_INTERVAL: Final = 0.2
"""Seconds between two attempts."""
_MAX_CONNECTIONS: Final = 64
"""Connections to keep: at level full, several checks have many threads each."""
_SLOW_BUFFER: Final = 32 * 1024
_ETHERNET_SEGMENT: Final = 1460
"""Bytes. Over loopback, segments of 64 KiB let the server's kernel take megabytes that nobody reads."""

Body = bytes | IO[bytes] | Iterator[bytes] | None
"""Body of a request: bytes, a file of known length, or parts of unknown length, which are sent chunked."""

HeaderValues = Mapping[str, str | tuple[str, ...] | None]
Headers = HeaderValues | None
"""Headers of a request; one that is None is not sent, and a tuple is sent as several lines."""


@dataclass(frozen=True)
class RegistryResponse:
    """A response with its whole body."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    challenges: tuple[str, ...] = ()
    """The lines of WWW-Authenticate, which `headers` joins by commas."""

    @property
    def location(self) -> str:
        """The header Location, or "" if it is absent."""
        return self.headers.get("Location", "")


@dataclass(frozen=True)
class Download:
    """A response without its body, of which only the size in bytes and the sha256 digest were kept."""

    response: RegistryResponse
    size: int
    digest: str


@dataclass(frozen=True)
class ConnectionSettings:
    """How to connect to a registry."""

    url: str
    """Scheme, host, port, and the path before /v2/; without user, password, and slash at the end."""
    ca_file: str | None = None
    verify: bool = True
    timeout: float = 30.0
    """Timeout in seconds of a connection, and of each wait for bytes."""
    retries: int = 2
    """How often to retry a request whose connection failed. Of the responses, only 429 is retried."""
    check_hostname: bool = True
    """Whether the certificate must be for the host of the URL."""


@dataclass(frozen=True)
class _Outgoing:
    """A request to send, and the lines of evidence of its exchanges so far."""

    method: str
    url: str
    body: Body
    headers: HeaderValues
    lines: list[str] = field(default_factory=list)

    @property
    def is_repeatable(self) -> bool:
        """Whether the body can be sent again."""
        return self.body is None or isinstance(self.body, bytes) or hasattr(self.body, "seek")

    def rewind(self) -> None:
        """Begin the body again."""
        seek = getattr(self.body, "seek", None)
        if seek is not None:
            seek(0)


class RunStopped(Exception):
    """The run was stopped, so its clients send no more requests."""


class Client:
    """A client of one registry, with connections, credentials, and evidence. Thread-safe."""

    def __init__(
        self,
        settings: ConnectionSettings,
        authenticator: ClientAuthenticator,
        mask: Mask,
        evidence: Evidence | None = None,
        session: requests.Session | None = None,
        stop: threading.Event | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self.settings = settings
        self.authenticator = authenticator
        self.mask = mask
        self.evidence = evidence or Evidence(mask)
        self._session = session or _new_session(settings)
        self.traffic = traffic or Traffic()
        self._stop = stop

    @property
    def url(self) -> str:
        """The URL of the registry."""
        return self.settings.url

    @property
    def is_proxied(self) -> bool:
        """Whether requests pass a proxy of the environment."""
        return bool(requests.utils.select_proxy(self.url, self._session.proxies))

    def with_new_connections(self) -> Client:
        """Return a client of the same registry and user that opens connections of its own."""
        return self._with_session(_new_session(self.settings))

    def with_slow_reading(self) -> Client:
        """Return a client of the same registry and user that lets little be under way: what it does not read waits."""
        return self._with_session(_new_session(self.settings, reads_slowly=True))

    def with_own_evidence(self, stop: threading.Event) -> Client:
        """Return a client with the same connections that keeps its own evidence.

        After `stop` is set, it and the clients made from it raise RunStopped instead of sending a request.
        """
        evidence = Evidence(self.mask)
        return Client(self.settings, self.authenticator, self.mask, evidence, self._session, stop, self.traffic)

    def _with_session(self, session: requests.Session) -> Client:
        return Client(self.settings, self.authenticator, self.mask, self.evidence, session, self._stop, self.traffic)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def url_for(self, path: str) -> str:
        """Return the URL of a path of the registry, or of a Location that it sent.

        Scheme and host of a Location are replaced by ours. One check reports a Location that a proxy made wrong; the
        others must not fail because of it, nor send credentials to another host.
        """
        if path.startswith("/v2") or not path:
            return self.url + path
        ours, theirs = urlsplit(self.url), urlsplit(urljoin(self.url, path))
        return urlunsplit((ours.scheme, ours.netloc, theirs.path, theirs.query, ""))

    def foreign_origin(self, response: RegistryResponse, target: str) -> str:
        """Return scheme and host of the target of a Location or a Link, or "" if they are those of the registry."""
        ours, theirs = urlsplit(self.url), urlsplit(urljoin(response.url, target))
        return "" if _origin(ours) == _origin(theirs) else f"{theirs.scheme}://{theirs.netloc}"

    def request(
        self,
        method: str,
        path: str,
        body: Body = None,
        headers: Headers = None,
        *,
        authenticator: ClientAuthenticator | None = None,
    ) -> RegistryResponse:
        """Send a request to a path of the registry and return the response, of whatever status code.

        `headers` and `authenticator` replace the client's own. A header that is None is not sent. Raises
        NoResponseError.
        """
        outgoing = _Outgoing(method, self.url_for(path), body, headers or {})
        with self._exchange(outgoing, authenticator or self.authenticator) as received:
            content = _read_body(received) if method != "HEAD" else b""
            challenges = tuple(received.raw.headers.getlist("WWW-Authenticate"))
            response = RegistryResponse(
                method, received.url, received.status_code, received.headers, content, challenges
            )
            self._note_response(outgoing, received, content)
        return response

    def download(self, path: str, headers: Headers = None, *, pause: float = 0) -> Download:
        """GET a large body, and keep only its size and digest. Raises NoResponseError.

        `pause` is a time in seconds to wait before the body is read.
        """
        outgoing = _Outgoing("GET", self.url_for(path), None, headers or {})
        with self._exchange(outgoing, self.authenticator) as received:
            digest, size = hashlib.sha256(), 0
            time.sleep(pause)
            for block in received.iter_content(_BLOCK):
                digest.update(block)
                size += len(block)
            response = RegistryResponse("GET", received.url, received.status_code, received.headers, b"")
            self._note_response(outgoing, received, b"")
        return Download(response, size, f"sha256:{digest.hexdigest()}")

    @contextmanager
    def _exchange(self, outgoing: _Outgoing, authenticator: ClientAuthenticator) -> Iterator[requests.Response]:
        if self._stop is not None and self._stop.is_set():
            raise RunStopped
        try:
            with _invalid_urls_typed():
                received = self._send_authenticated(outgoing, authenticator)
            with received:
                yield received
        except requests.RequestException as error:
            problem = self._no_response(outgoing.method, outgoing.url, error)
            outgoing.lines.append(f"< {problem}")
            # Not from the error: it holds the request, and the request holds the password.
            raise problem from None
        finally:
            self.evidence.add(outgoing.lines)

    def _send_authenticated(self, outgoing: _Outgoing, authenticator: ClientAuthenticator) -> requests.Response:
        method, url = outgoing.method, outgoing.url
        sent = authenticator.get_header(method, url)
        received = self._send_patiently(outgoing, sent)
        challenge = received.headers.get("WWW-Authenticate")
        if received.status_code != requests.codes.unauthorized or not challenge or not outgoing.is_repeatable:
            return received
        has_learned = authenticator.handle_challenge(challenge, method, url, self._request_token)
        authorization = authenticator.get_header(method, url)
        # A request that was sent at the same time may have learned it first.
        if not has_learned and authorization == sent:
            return received
        self._note_response(outgoing, received, _read_body(received))
        return self._send_patiently(outgoing, authorization)

    def _send_patiently(self, outgoing: _Outgoing, authorization: MaskedText | None) -> requests.Response:
        for _ in range(ATTEMPTS - 1):
            received = self._send(outgoing, authorization)
            if received.status_code != requests.codes.too_many_requests or not outgoing.is_repeatable:
                return received
            self._note_response(outgoing, received, _read_body(received))
            self.traffic.wait(received.headers)
            outgoing.rewind()
        return self._send(outgoing, authorization)

    def _send(self, outgoing: _Outgoing, authorization: MaskedText | None) -> requests.Response:
        method, url = outgoing.method, outgoing.url
        single = {name: value for name, value in outgoing.headers.items() if isinstance(value, str)}
        if authorization:
            single["Authorization"] = authorization.reveal()
        prepared = self._session.prepare_request(requests.Request(method, url, single, data=outgoing.body))
        for name in (name for name, value in outgoing.headers.items() if value is None):
            prepared.headers.pop(name, None)
        _add_lines(prepared, outgoing.headers)
        shown = cast(Mapping[str, str], prepared.headers)
        outgoing.lines.extend(self.evidence.format_request(method, url, shown))
        for retries_left in range(self.settings.retries, -1, -1):
            try:
                received = self._session.send(
                    prepared, stream=True, timeout=self.settings.timeout, allow_redirects=method in _METHODS_TO_REDIRECT
                )
                self.traffic.add_response(method, url, received.elapsed.total_seconds())
                return received
            except requests.ConnectionError as error:
                if not retries_left or isinstance(error, requests.exceptions.SSLError) or not outgoing.is_repeatable:
                    raise
                time.sleep(_RETRY_INTERVAL)
                outgoing.rewind()
        raise AssertionError

    def _note_response(self, outgoing: _Outgoing, received: requests.Response, content: bytes) -> None:
        status, reason = received.status_code, received.reason or ""
        outgoing.lines.extend(self.evidence.format_response(status, reason, received.headers, content))

    def _request_token(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> tuple[int, bytes]:
        lines = self.evidence.format_request(method, url, headers)
        try:
            with self._session.request(
                method, url, headers=headers, data=body, timeout=self.settings.timeout, stream=True
            ) as received:
                content = _read_body(received)
                # The whole body of a token server is a secret.
                lines += self.evidence.format_response(received.status_code, received.reason or "", {}, b"")
                return received.status_code, content
        finally:
            self.evidence.add(lines)

    def _no_response(self, method: str, url: str, error: requests.RequestException) -> NoResponseError:
        # After a redirect, it is another server that did not respond.
        requested = error.request.url if error.request is not None else None
        shown = self.mask.mask_text(requested if isinstance(requested, str) else url)
        error.request = error.response = None
        return NoResponseError(f"{method} {shown}", self.mask.mask_text(describe_error(error)), error, shown)


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or {"http": 80, "https": 443}.get(url.scheme)


@contextmanager
def _invalid_urls_typed() -> Iterator[None]:
    """Raise InvalidURL instead of the other errors that requests raises for the URL of a redirect or a token server."""
    try:
        yield
    except requests.RequestException:
        raise
    except (ValueError, urllib3.exceptions.HTTPError):
        raise requests.exceptions.InvalidURL from None


def _add_lines(prepared: requests.PreparedRequest, headers: HeaderValues) -> None:
    """Add the headers that have several lines, for which requests has no form."""
    for name, value in headers.items():
        if isinstance(value, tuple):
            others = [(each, line) for each, line in prepared.headers.items() if each.lower() != name.lower()]
            prepared.headers = urllib3.HTTPHeaderDict(others)  # type: ignore[assignment]
            for line in value:
                prepared.headers.add(name, line)  # type: ignore[attr-defined]


def _read_body(received: requests.Response) -> bytes:
    # Its value shares the memory of the buffer: joined parts would need that twice.
    buffer = io.BytesIO()
    for block in received.iter_content(_BLOCK):
        buffer.write(block)
        if buffer.tell() > _MAX_BODY:
            raise requests.exceptions.ContentDecodingError("the response is too long")
    return buffer.getvalue()


def _new_session(settings: ConnectionSettings, *, reads_slowly: bool = False) -> requests.Session:
    session = requests.Session()
    # With trust_env, ~/.netrc would add credentials to anonymous requests. Only the proxies of the environment count.
    session.trust_env = False
    session.proxies = requests.utils.get_environ_proxies(settings.url)
    session.verify = (settings.ca_file or True) if settings.verify else False
    if not settings.verify:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    # Checks compare bytes, so nothing in between is allowed to compress them.
    session.headers.update({"User-Agent": f"registry-gitops/{__version__}", "Accept-Encoding": "identity"})
    # The certificate is verified in any case, but not always for which name it is.
    options: dict[str, Any] = {} if settings.check_hostname else {"assert_hostname": False}
    if reads_slowly:
        options["socket_options"] = _slow_socket_options()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(options))
    return session


class _Adapter(HTTPAdapter):
    """Opens connections with these options of urllib3."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        super().__init__(pool_maxsize=_MAX_CONNECTIONS)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **{**options, **self._options})


def _slow_socket_options() -> list[tuple[int, int, int | bytes]]:
    """Return the options of a socket that lets little be under way."""
    options: list[tuple[int, int, int | bytes]] = [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER),
    ]
    if sys.platform == "linux":
        options.append((socket.IPPROTO_TCP, socket.TCP_MAXSEG, _ETHERNET_SEGMENT))
    return options
