"""Who may do what: everybody everything, or the users of an htpasswd file.

Spec: RFC 7617 (Basic). The file is as registry v3.1.1 takes it: bcrypt hashes only, `#` begins a comment.
"""

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

from registry_gitops.registry.errors import Code, RegistryError, SetupError
from registry_gitops.registry.log import report as report_to_stderr
from registry_gitops.registry.messages import Request


class Access(Protocol):
    """What the core asks before it does anything."""

    def check(self, request: Request, *, writes: bool) -> str | None:
        """The user who asks, None for one without a name. Raises RegistryError where that is not allowed."""

    def remembers(self, request: Request) -> bool:
        """Whether `check` answers from memory, without the slow hash."""


class _Open:
    def check(self, request: Request, *, writes: bool) -> str | None:
        return None

    def remembers(self, request: Request) -> bool:
        return True


OPEN: Final[Access] = _Open()
"""Everybody may do everything."""

_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="registry"'}
_NOBODY: Final = (None, "Basic Og==")
"""No credentials: no header, or an empty name with an empty password, which is what skopeo sends then."""
_PING: Final = ("/v2/", "/v2")
# The 22nd character of a salt holds two bits. With more in it, bcrypt has no answer but an exception.
_HASH: Final = re.compile(r"\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}")
_LONGEST_PASSWORD: Final = 72
"""Bytes that bcrypt reads; what comes behind them would not be checked."""
_REMEMBERED: Final = 1024
_LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at the file."""


class HtpasswdAccess:
    """The users of an htpasswd file may do everything; with `anonymous_pull` those without credentials may read.

    Raises SetupError for a file that cannot be used. A change of the file takes effect within a second or two; one that
    cannot be used changes nothing, and is told to `report`. Credentials that were right are remembered as a keyed hash,
    so that only the first request of a client is slow.
    """

    def __init__(
        self, path: Path, *, anonymous_pull: bool = False, report: Callable[[str], None] = report_to_stderr
    ) -> None:
        self._path = path
        self._anonymous_pull = anonymous_pull
        self._report = report
        self._bcrypt = _bcrypt()
        self._seen = _signature(path)
        self._hashes = read(path)
        self._look_at = time.monotonic() + _LOOK_AGAIN
        self._key = os.urandom(32)
        self._remembered: dict[bytes, tuple[str, bytes]] = {}
        # One at a time: those who guess passwords get one core at most, and a client that opens many connections at
        # once has its password hashed once.
        self._hashing = threading.Lock()

    def check(self, request: Request, *, writes: bool) -> str | None:
        """See Access."""
        given = request.headers.get("authorization")
        if given in _NOBODY:
            # Clients learn by the ping that there is a password to send; Docker never sends one otherwise.
            if self._anonymous_pull and not writes and request.path not in _PING:
                return None
            raise RegistryError(Code.UNAUTHORIZED, "log in first", headers=_CHALLENGE)
        self._look()
        token = self._token(given)
        user = self._recall(token)
        if user is None:
            name, password = _credentials(given)
            with self._hashing:
                user = self._recall(token)
                if user is None:
                    self._remember(token, name, self._verify(name, password))
                    user = name
        return user

    def remembers(self, request: Request) -> bool:
        """See Access."""
        given = request.headers.get("authorization")
        return given in _NOBODY or self._recall(self._token(given)) is not None

    def _verify(self, name: str, password: bytes) -> bytes:
        """The hash that the password is right for."""
        hashes = self._hashes
        known = hashes.get(name)
        # As slow for a user who does not exist as for one who does: else names could be found out.
        right = self._bcrypt.checkpw(password, known or _decoy(hashes))
        if not right or known is None:
            raise RegistryError(Code.UNAUTHORIZED, "the user or the password is wrong", headers=_CHALLENGE)
        return known

    # -- what is remembered: a token stands for the hash that was right, and is worth nothing once that has changed

    def _token(self, given: str | None) -> bytes:
        return hashlib.blake2b((given or "").encode(), key=self._key, digest_size=32).digest()

    def _recall(self, token: bytes) -> str | None:
        name, right = self._remembered.get(token, ("", b""))
        known = self._hashes.get(name)
        return name if known is not None and hmac.compare_digest(known, right) else None

    def _remember(self, token: bytes, name: str, right: bytes) -> None:
        if len(self._remembered) >= _REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[token] = name, right

    # -- the file

    def _look(self) -> None:
        """Read the file again if it has changed."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_AGAIN
        seen = _signature(self._path)
        if seen == self._seen:
            return
        try:
            self._hashes = read(self._path)
        except SetupError as error:
            self._report(f"{error}; the users stay as they were")
        else:
            self._report(f"{self._path}: read again")
        # Only now: after an exception of any other kind the file is read again with the next look.
        self._seen = seen


def read(path: Path) -> Mapping[str, bytes]:
    """The users of an htpasswd file and their hashes; of a user who stands there twice, the last counts.

    Raises SetupError, which never repeats what may be a password.
    """
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
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_ctime_ns


def _credentials(given: str | None) -> tuple[str, bytes]:
    """The user and the password of an Authorization header. Raises RegistryError for what can be neither."""
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


def _decoy(hashes: Mapping[str, bytes]) -> bytes:
    """A hash that costs as much as the costliest of `hashes`."""
    return max(hashes.values(), key=lambda hashed: hashed[4:6])


def _bcrypt() -> ModuleType:
    try:
        import bcrypt
    except ImportError:
        raise SetupError("users need bcrypt, which is not installed: run `pip install bcrypt`") from None
    return bcrypt
