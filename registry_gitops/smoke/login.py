"""Answers to challenges: Basic, and Bearer tokens as the Docker token specification has them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from registry_gitops.smoke.challenge import Challenge, parse
from registry_gitops.smoke.secrets import Credentials, Mask, Secret

CLIENT_ID: Final = "registry-gitops"

TokenRequest = Callable[[str, str, dict[str, str], bytes | None], tuple[int, bytes]]
"""Asks a token server: method, URL, headers, body -> status and body. It may raise NoAnswer."""

_REPOSITORY: Final = re.compile(r"/v2/(.+?)/(?:blobs|manifests|tags|referrers)/")
_LONGEST_TOKEN: Final = 64 * 1024


class Login:
    """Who one is, for one registry. None as credentials is nobody, who may still be given a token.

    Several threads may use it. What is learnt from a challenge is used without being asked again.
    """

    def __init__(self, credentials: Credentials | None, mask: Mask) -> None:
        self.credentials = credentials
        self._mask = mask
        self._lock = threading.Lock()
        self._basic = False
        self._tokens: dict[tuple[str, str], Secret] = {}
        if credentials:
            mask.hide(credentials.password or Secret(credentials.user))
            if not credentials.identity_token:
                mask.hide(Secret(credentials.basic().reveal().removeprefix("Basic ")))

    def header(self, method: str, url: str) -> Secret | None:
        """What to send with a request as far as is known; None sends no header."""
        with self._lock:
            if self._basic and self.credentials:
                return self.credentials.basic()
            return self._tokens.get(_purpose(method, url))

    def answer(self, challenge: str, method: str, url: str, ask: TokenRequest) -> bool:
        """Learn from a WWW-Authenticate header. Whether it is worth asking the registry once more."""
        for offer in parse(challenge):
            if offer.scheme == "basic" and self.credentials and not self.credentials.identity_token:
                with self._lock:
                    known, self._basic = self._basic, True
                return not known
            if offer.scheme == "bearer":
                token = self._fetch(offer, url, ask)
                if token is None:
                    return False
                with self._lock:
                    self._mask.hide(token)
                    self._tokens[_purpose(method, url)] = token
                return True
        return False

    def _fetch(self, offer: Challenge, url: str, ask: TokenRequest) -> Secret | None:
        realm = offer.parameters.get("realm", "")
        # Nobody who put TLS before a registry wants the password on the wire in the clear.
        if urlsplit(url).scheme == "https" and urlsplit(realm).scheme != "https":
            return None
        wanted = [(name, offer.parameters[name]) for name in ("service", "scope") if name in offer.parameters]
        who = self.credentials
        if who and who.identity_token:
            form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", who.password.reveal()),
                ("client_id", CLIENT_ID),
                *wanted,
            ]
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return _token(*ask("POST", realm, kind, urlencode(form).encode()))
        query = [*wanted, ("client_id", CLIENT_ID), *([("account", who.user)] if who else [])]
        headers = {"Authorization": who.basic().reveal()} if who else {}
        return _token(*ask("GET", f"{realm}{'&' if '?' in realm else '?'}{urlencode(query)}", headers, None))


class Nobody(Login):
    """Sends no credentials, and takes no token: what an answer to a stranger is like."""

    def __init__(self, mask: Mask) -> None:
        super().__init__(None, mask)

    def answer(self, challenge: str, method: str, url: str, ask: TokenRequest) -> bool:
        """Learn nothing."""
        return False


def _token(status: int, body: bytes) -> Secret | None:
    if status != 200 or len(body) > _LONGEST_TOKEN:
        return None
    try:
        said: Any = json.loads(body)
    except ValueError:
        return None
    token = (said.get("token") or said.get("access_token")) if isinstance(said, dict) else None
    return Secret(f"Bearer {token}") if isinstance(token, str) else None


def _purpose(method: str, url: str) -> tuple[str, str]:
    """What a token is good for: a repository, and whether to read, write or delete."""
    found = _REPOSITORY.search(urlsplit(url).path)
    kind = {"GET": "pull", "HEAD": "pull", "DELETE": "delete"}.get(method, "push")
    return (found[1] if found else "", kind if found else "")
