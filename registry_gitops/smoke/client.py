"""A client of `/v2`: requests, logins and connections. It knows HTTP, and nothing of images."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Final, Self
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from registry_gitops.smoke.evidence import Evidence
from registry_gitops.smoke.login import Login
from registry_gitops.smoke.secrets import Mask, Secret
from registry_gitops.smoke.trouble import reason
from registry_gitops.version import __version__

_LONGEST_BODY: Final = 32 * 1024 * 1024
"""Bytes of an answer that are read: more than any manifest or list that is meant well."""
_BLOCK: Final = 256 * 1024
_SAFE: Final = ("GET", "HEAD")
_PAUSE: Final = 0.2
"""Seconds between two tries."""
_CONNECTIONS: Final = 4

Body = bytes | IO[bytes] | Iterator[bytes] | None
"""What is sent: bytes, a file of known length, or parts of unknown length, which go out in chunks."""


class NoAnswer(Exception):
    """There was no answer from `url`, for this `reason`; `cause` is what requests raised. The texts are masked."""

    def __init__(self, asked: str, reason: str, cause: Exception, url: str) -> None:
        super().__init__(f"{asked}: {reason}")
        self.reason = reason
        self.cause = cause
        self.url = url


@dataclass(frozen=True)
class Answer:
    """A response, read to its end."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def location(self) -> str:
        """The header Location, "" where there is none."""
        return self.headers.get("Location", "")


@dataclass(frozen=True)
class Download:
    """A response whose body was not kept: its size, and its digest by sha256."""

    answer: Answer
    size: int
    digest: str


@dataclass(frozen=True)
class Settings:
    """How a registry is spoken to."""

    url: str
    """Scheme, host and port, and what may stand before /v2/; without user, password and slash at the end."""
    ca_file: str | None = None
    verify: bool = True
    timeout: float = 30.0
    """Seconds that a connection, and each wait for bytes, may take."""
    retries: int = 2
    """How often a request is sent again when the connection failed. An answer, of whatever status, is never retried."""


class Client:
    """One client of a registry: its connections, who it is, and what it said and heard."""

    def __init__(self, settings: Settings, login: Login, mask: Mask, evidence: Evidence | None = None) -> None:
        self.settings = settings
        self.login = login
        self.mask = mask
        self.evidence = evidence or Evidence(mask)
        self._session = _session(settings)

    @property
    def url(self) -> str:
        """Where the registry is."""
        return self.settings.url

    @property
    def proxied(self) -> bool:
        """Whether requests go through a proxy of the environment."""
        return bool(requests.utils.select_proxy(self.url, self._session.proxies))

    def again(self, login: Login | None = None) -> Client:
        """A client of the same registry on connections of its own, as the same user or another."""
        return Client(self.settings, login or self.login, self.mask, self.evidence)

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def place(self, path: str) -> str:
        """The URL of a path of the registry, or of a Location that it gave.

        Of a Location, scheme and host are replaced by those that we use: one broken by a proxy is the finding of one
        check, and no reason for others to fail, nor to send credentials elsewhere.
        """
        if path.startswith("/v2") or not path:
            return self.url + path
        ours, theirs = urlsplit(self.url), urlsplit(urljoin(self.url, path))
        return urlunsplit((ours.scheme, ours.netloc, theirs.path, theirs.query, ""))

    def leads_away(self, answer: Answer, target: str) -> str:
        """Where the target of a Location or a Link is, as scheme and host, if that is not where the registry is."""
        ours, theirs = urlsplit(self.url), urlsplit(urljoin(answer.url, target))
        return "" if _origin(ours) == _origin(theirs) else f"{theirs.scheme}://{theirs.netloc}"

    def ask(
        self,
        method: str,
        path: str,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        *,
        login: Login | None = None,
    ) -> Answer:
        """Send one request below the registry's URL and read the answer. Raises NoAnswer, and nothing for a status.

        `login` is who to be for this request, in place of the client's own.
        """
        with self._exchange(method, path, body, headers, login or self.login) as (response, lines):
            content = b"".join(_limited(response)) if method != "HEAD" else b""
            answer = Answer(method, response.url, response.status_code, response.headers, content)
            lines += self.evidence.answered(answer.status, response.reason or "", answer.headers, content)
        return answer

    def download(self, path: str) -> Download:
        """GET, keeping nothing of the body but its digest: for what may be large. Raises NoAnswer."""
        with self._exchange("GET", path, None, None, self.login) as (response, lines):
            digest, size = hashlib.sha256(), 0
            for block in response.iter_content(_BLOCK):
                digest.update(block)
                size += len(block)
            answer = Answer("GET", response.url, response.status_code, response.headers, b"")
            lines += self.evidence.answered(answer.status, response.reason or "", answer.headers, b"")
        return Download(answer, size, f"sha256:{digest.hexdigest()}")

    @contextmanager
    def _exchange(
        self, method: str, path: str, body: Body, headers: Mapping[str, str] | None, login: Login
    ) -> Iterator[tuple[requests.Response, list[str]]]:
        url = self.place(path)
        lines: list[str] = []
        try:
            with _invalid_urls_typed():
                response = self._logged_in(method, url, body, headers or {}, login, lines)
            with response:
                yield response, lines
        except requests.RequestException as error:
            problem = self._no_answer(method, url, error)
            lines.append(f"< {problem}")
            # Not from the error: it knows the request, and the request knows the password.
            raise problem from None
        finally:
            self.evidence.add(lines)

    def _logged_in(
        self, method: str, url: str, body: Body, headers: Mapping[str, str], login: Login, lines: list[str]
    ) -> requests.Response:
        response = self._send(method, url, body, headers, login.header(method, url), lines)
        challenge = response.headers.get("WWW-Authenticate")
        if response.status_code != requests.codes.unauthorized or not challenge or not _can_be_sent_again(body):
            return response
        if not login.answer(challenge, method, url, self._ask_for_token):
            return response
        content = b"".join(_limited(response))
        lines += self.evidence.answered(response.status_code, response.reason or "", response.headers, content)
        return self._send(method, url, body, headers, login.header(method, url), lines)

    def _send(
        self,
        method: str,
        url: str,
        body: Body,
        headers: Mapping[str, str],
        authorization: Secret | None,
        lines: list[str],
    ) -> requests.Response:
        more = {"Authorization": authorization.reveal()} if authorization else {}
        prepared = self._session.prepare_request(requests.Request(method, url, {**headers, **more}, data=body))
        lines += self.evidence.asked(method, url, prepared.headers)
        for tries_left in range(self.settings.retries, -1, -1):
            try:
                return self._session.send(
                    prepared, stream=True, timeout=self.settings.timeout, allow_redirects=method in _SAFE
                )
            except requests.ConnectionError as error:
                if not tries_left or isinstance(error, requests.exceptions.SSLError) or not _can_be_sent_again(body):
                    raise
                time.sleep(_PAUSE)
                _rewind(body)
        raise AssertionError

    def _ask_for_token(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> tuple[int, bytes]:
        lines = self.evidence.asked(method, url, headers)
        try:
            with self._session.request(
                method, url, headers=headers, data=body, timeout=self.settings.timeout, stream=True
            ) as response:
                content = b"".join(_limited(response))
                # What a token server answers is a secret as a whole.
                lines += self.evidence.answered(response.status_code, response.reason or "", {}, b"")
                return response.status_code, content
        finally:
            self.evidence.add(lines)

    def _no_answer(self, method: str, url: str, error: requests.RequestException) -> NoAnswer:
        asked = error.request.url if error.request is not None else None
        # On the way of a redirect, it is another server that does not answer.
        where = asked if isinstance(asked, str) else url
        error.request = error.response = None
        shown = self.mask.text(where)
        return NoAnswer(f"{method} {shown}", self.mask.text(reason(error)), error, shown)


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or {"http": 80, "https": 443}.get(url.scheme)


@contextmanager
def _invalid_urls_typed() -> Iterator[None]:
    """Raise InvalidURL for whatever else requests raises for the invalid URL of a redirect or a token server."""
    try:
        yield
    except requests.RequestException:
        raise
    except (ValueError, urllib3.exceptions.HTTPError):
        raise requests.exceptions.InvalidURL from None


def _rewind(body: Body) -> None:
    """Let a file be sent from its beginning."""
    if body is not None and hasattr(body, "seek"):
        body.seek(0)


def _can_be_sent_again(body: Body) -> bool:
    return body is None or isinstance(body, bytes) or hasattr(body, "seek")


def _limited(response: requests.Response) -> Iterator[bytes]:
    size = 0
    for block in response.iter_content(_BLOCK):
        size += len(block)
        if size > _LONGEST_BODY:
            raise requests.exceptions.ContentDecodingError("the answer is longer than anything that is meant well")
        yield block


def _session(settings: Settings) -> requests.Session:
    session = requests.Session()
    # Else ~/.netrc would log in whoever is to be nobody. Of the environment, only proxies and authorities count.
    session.trust_env = False
    session.proxies = requests.utils.get_environ_proxies(settings.url)
    session.verify = (settings.ca_file or True) if settings.verify else False
    if not settings.verify:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    # Exact bytes are asked for: nothing on the way is to compress them.
    session.headers.update({"User-Agent": f"registry-gitops/{__version__}", "Accept-Encoding": "identity"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))
    return session
