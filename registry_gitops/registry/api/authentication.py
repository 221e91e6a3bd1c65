"""Authentication: all clients are allowed everything, or only the users of an htpasswd file.

Spec: RFC 7617 (Basic). The file is in the format of registry v3.1.1: bcrypt hashes only, `#` begins a comment.
"""

# ruff: noqa: D102 (Authenticator documents the methods)

from __future__ import annotations

import hashlib
import hmac
import os
import re
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol

from registry_gitops.registry.access_log import log_message
from registry_gitops.registry.error_responses import Code, RegistryError, SetupError
from registry_gitops.registry.messages import Request


class Authenticator(Protocol):
    """Checks the credentials of each request before its handler runs."""

    def check(self, request: Request, *, writes: bool) -> str | None:
        """Return the user, or None for an anonymous client. Raises RegistryError if the request is not allowed."""

    def is_cached(self, request: Request) -> bool:
        """Whether `check` needs no slow hash for this request."""
        ...


_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="registry"'}
_ANONYMOUS: Final = (None, "Basic Og==")
"""No credentials: no header, or an empty name with an empty password, as skopeo sends."""
_PING: Final = ("/v2/", "/v2")
# The 22nd character of a salt holds two bits. With other bits set, bcrypt raises an exception.
_HASH: Final = re.compile(r"\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}")
_LONGEST_PASSWORD: Final = 72
"""Bytes that bcrypt reads; it would ignore the rest."""
_MAX_CACHED: Final = 1024
_RELOAD_INTERVAL: Final = 1.0
"""Seconds between two checks whether the file has changed."""


class HtpasswdAuthenticator:
    """Allows everything to the users of an htpasswd file; with `anonymous_pull`, reading to anonymous clients too.

    Raises SetupError if the file is invalid. A change of the file takes effect within two seconds; an invalid change is
    passed to `report` and ignored. Correct credentials are cached as a keyed hash, so that only the first request of a
    client is slow.
    """

    def __init__(
        self, path: Path, *, anonymous_pull: bool = False, report: Callable[[str], None] = log_message
    ) -> None:
        self._path = path
        self._anonymous_pull = anonymous_pull
        self._report = report
        self._bcrypt = _import_bcrypt()
        self._loaded = _signature(path)
        self._hashes = parse_htpasswd(path)
        self._reload_at = time.monotonic() + _RELOAD_INTERVAL
        self._key = os.urandom(32)
        self._cache: dict[bytes, tuple[str, bytes]] = {}
        # One at a time: guessing passwords uses one core at most, and a client that opens many connections at once
        # has its password hashed once.
        self._hashing = threading.Lock()

    def check(self, request: Request, *, writes: bool) -> str | None:
        given = request.headers.get("authorization")
        if given in _ANONYMOUS:
            # The ping tells clients to send credentials; Docker never sends any otherwise.
            if self._anonymous_pull and not writes and request.path not in _PING:
                return None
            raise RegistryError(Code.UNAUTHORIZED, "log in first", headers=_CHALLENGE)
        self._reload_if_changed()
        token = self._token(given)
        user = self._cached_user(token)
        if user is None:
            name, password = _credentials(given)
            with self._hashing:
                user = self._cached_user(token)
                if user is None:
                    self._add_to_cache(token, name, self._verify(name, password))
                    user = name
        return user

    def is_cached(self, request: Request) -> bool:
        given = request.headers.get("authorization")
        return given in _ANONYMOUS or self._cached_user(self._token(given)) is not None

    def _verify(self, name: str, password: bytes) -> bytes:
        hashes = self._hashes
        known = hashes.get(name)
        # As slow for an unknown user as for a known one: the time must not reveal which names exist.
        is_correct = self._bcrypt.checkpw(password, known or _decoy_hash(hashes))
        if not is_correct or known is None:
            raise RegistryError(Code.UNAUTHORIZED, "the user or the password is wrong", headers=_CHALLENGE)
        return known

    # -- the cache: a token stands for the hash that matched, and is invalid once that hash changes

    def _token(self, given: str | None) -> bytes:
        return hashlib.blake2b((given or "").encode(), key=self._key, digest_size=32).digest()

    def _cached_user(self, token: bytes) -> str | None:
        name, matched = self._cache.get(token, ("", b""))
        known = self._hashes.get(name)
        return name if known is not None and hmac.compare_digest(known, matched) else None

    def _add_to_cache(self, token: bytes, name: str, matched: bytes) -> None:
        if len(self._cache) >= _MAX_CACHED:
            del self._cache[next(iter(self._cache))]
        self._cache[token] = name, matched

    # -- the file

    def _reload_if_changed(self) -> None:
        """Read the file again if it has changed, once per second."""
        now = time.monotonic()
        if now < self._reload_at:
            return
        self._reload_at = now + _RELOAD_INTERVAL
        signature = _signature(self._path)
        if signature == self._loaded:
            return
        try:
            self._hashes = parse_htpasswd(self._path)
        except SetupError as error:
            self._report(f"{error}; the users stay as they were")
        else:
            self._report(f"{self._path}: read again")
        # Only now: after any other exception the next check reads the file again.
        self._loaded = signature


def parse_htpasswd(path: Path) -> Mapping[str, bytes]:
    """Return user -> hash; of a repeated user the last one. Raises SetupError, which never quotes a password."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise SetupError(error.strerror or "cannot be read", path) from None
    except UnicodeDecodeError:
        raise SetupError("not a text file in UTF-8", path) from None
    hashes = {}
    for number, line in enumerate(text.split("\n"), 1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        name, colon, hashed = entry.partition(":")
        if not name or not colon:
            raise SetupError("not a user, a colon and a hash", path, number)
        if _HASH.fullmatch(hashed) is None:
            raise SetupError("not a bcrypt hash: make the line with `htpasswd -nB USER`", path, number)
        hashes[name] = hashed.encode()
    if not hashes:
        raise SetupError("there is no user in it", path)
    return hashes


def _signature(path: Path) -> tuple[int, ...] | None:
    """Return what every change of a file changes; None if it cannot be read."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_ctime_ns


def _credentials(given: str | None) -> tuple[str, bytes]:
    scheme, _, encoded = (given or "").partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError
        name, _, password = b64decode(encoded.strip(" "), validate=True).partition(b":")
        if len(password) > _LONGEST_PASSWORD:
            raise ValueError
        return name.decode(), password
    except ValueError:
        raise RegistryError(Code.UNAUTHORIZED, "no credentials that could be right", headers=_CHALLENGE) from None


def _decoy_hash(hashes: Mapping[str, bytes]) -> bytes:
    """Return a hash that takes as long as the slowest of `hashes`."""
    return max(hashes.values(), key=lambda hashed: hashed[4:6])


def _import_bcrypt() -> ModuleType:
    try:
        import bcrypt
    except ImportError:
        raise SetupError("users need bcrypt, which is not installed: run `pip install bcrypt`") from None
    return bcrypt
