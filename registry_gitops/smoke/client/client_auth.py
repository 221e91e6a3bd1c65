"""Authentication of a client: Basic, and Bearer tokens by the Docker token specification."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import requests

from registry_gitops.smoke.client.challenge import Challenge, parse_challenges
from registry_gitops.smoke.client.masked_text import Credentials, Mask, MaskedText

CLIENT_ID: Final = "registry-gitops"

TokenRequest = Callable[[str, str, dict[str, str], bytes | None], tuple[int, bytes]]
"""Sends a request to a token server: method, URL, headers, body -> status code and body. Can raise NoResponseError."""

_REPOSITORY: Final = re.compile(r"/v2/(.+?)/(?:blobs|manifests|tags|referrers)/")
_SCOPES: Final = {"pull": "pull", "push": "pull,push", "delete": "delete"}
_MAX_TOKEN_BYTES: Final = 64 * 1024


class ClientAuthenticator:
    """The credentials of a client, and the tokens that it got for them. Without credentials, tokens are anonymous.

    Thread-safe. What a challenge taught it is sent with later requests, without a new challenge.
    """

    def __init__(self, credentials: Credentials | None, mask: Mask) -> None:
        self.credentials = credentials
        self._mask = mask
        self._lock = threading.Lock()
        self._is_basic = False
        self._tokens: dict[tuple[str, str], MaskedText] = {}
        if credentials:
            mask.hide(credentials.password or MaskedText(credentials.user))
            if not credentials.identity_token:
                mask.hide(MaskedText(credentials.basic_header().reveal().removeprefix("Basic ")))

    @property
    def sends_password(self) -> bool:
        """Whether each request has the password, which the registry then checks."""
        return self._is_basic

    @property
    def has_token(self) -> bool:
        """Whether a token server has issued a token, which the registry then checks."""
        with self._lock:
            return bool(self._tokens)

    def get_header(self, method: str, url: str) -> MaskedText | None:
        """Return the Authorization header for a request, or None if none is known yet."""
        with self._lock:
            if self._is_basic and self.credentials:
                return self.credentials.basic_header()
            return self._tokens.get(_token_scope(method, url))

    def handle_challenge(self, challenge: str, method: str, url: str, request_token: TokenRequest) -> bool:
        """Learn from a WWW-Authenticate header. Return whether to send the request once more.

        If both Bearer and Basic are offered, Bearer comes first, as with Docker and containerd.
        """
        offers = parse_challenges(challenge)
        is_basic = "basic" in [offer.scheme for offer in offers] and self._has_password
        for offer in offers:
            if offer.scheme != "bearer":
                continue
            try:
                token = self._fetch_token(offer, method, url, request_token)
            except requests.RequestException:
                if not is_basic:
                    raise
                continue
            if token is not None:
                with self._lock:
                    self._mask.hide(token)
                    self._tokens[_token_scope(method, url)] = token
                return True
        if is_basic:
            with self._lock:
                was_basic, self._is_basic = self._is_basic, True
            return not was_basic
        return False

    @property
    def _has_password(self) -> bool:
        return self.credentials is not None and not self.credentials.identity_token

    def _fetch_token(self, offer: Challenge, method: str, url: str, request_token: TokenRequest) -> MaskedText | None:
        realm = offer.parameters.get("realm", "")
        # A registry behind TLS must not make us send the password to a token server without TLS.
        if urlsplit(url).scheme == "https" and urlsplit(realm).scheme != "https":
            return None
        # Clients know the scope that a request needs, even if the challenge lacks it.
        parameters = {"scope": _needed_scope(method, url), **offer.parameters}
        wanted = [(name, parameters[name]) for name in ("service", "scope") if parameters.get(name)]
        credentials = self.credentials
        if credentials and credentials.identity_token:
            form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", credentials.password.reveal()),
                ("client_id", CLIENT_ID),
                *wanted,
            ]
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return _parse_token(*request_token("POST", realm, headers, urlencode(form).encode()))
        query = [*wanted, ("client_id", CLIENT_ID), *([("account", credentials.user)] if credentials else [])]
        headers = {"Authorization": credentials.basic_header().reveal()} if credentials else {}
        token_url = f"{realm}{'&' if '?' in realm else '?'}{urlencode(query)}"
        return _parse_token(*request_token("GET", token_url, headers, None))


class AnonymousAuthenticator(ClientAuthenticator):
    """Sends no credentials, and requests no token: shows how a registry responds to an unknown client."""

    def __init__(self, mask: Mask) -> None:
        super().__init__(None, mask)

    def handle_challenge(self, challenge: str, method: str, url: str, request_token: TokenRequest) -> bool:
        """Ignore the challenge."""
        return False


def _parse_token(status: int, body: bytes) -> MaskedText | None:
    if status != 200 or len(body) > _MAX_TOKEN_BYTES:
        return None
    try:
        response: Any = json.loads(body)
    except ValueError:
        return None
    token = (response.get("token") or response.get("access_token")) if isinstance(response, dict) else None
    return MaskedText(f"Bearer {token}") if isinstance(token, str) else None


def _token_scope(method: str, url: str) -> tuple[str, str]:
    """Return the repository and the action (pull, push, delete) for which the token of a request is valid."""
    match = _REPOSITORY.search(urlsplit(url).path)
    action = {"GET": "pull", "HEAD": "pull", "DELETE": "delete"}.get(method, "push")
    return (match[1] if match else "", action if match else "")


def _needed_scope(method: str, url: str) -> str:
    """Return the scope of a request in the form of the Docker token specification, or "" if it needs none."""
    name, action = _token_scope(method, url)
    if name:
        return f"repository:{name}:{_SCOPES[action]}"
    return "registry:catalog:*" if urlsplit(url).path.endswith("/v2/_catalog") else ""
