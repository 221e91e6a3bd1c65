"""A token server, as the Docker token specification has it: it signs with ES256, and the registry trusts its key."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.authority import make_authority
from tests.support.background_server import BackgroundServer, QuietHandler
from tests.support.tools import tool

SECONDS_OF_A_TOKEN = 300
_NUMBER = 32
"""Bytes of a coordinate, and of each half of a signature, on P-256."""


class TokenServer(BackgroundServer):
    """Lets anonymous clients pull, and the users of `users` do anything; a context manager.

    The registry trusts its tokens by one of two files: `key_set` (jwks) or `certificate` (rootcertbundle). All files
    are in `folder`, an empty directory.
    """

    service = "registry"
    issuer = "token server of the tests"

    def __init__(self, folder: Path, users: Mapping[str, str]) -> None:
        super().__init__(self._handler_class())
        self._users = users
        signer = make_authority(folder)
        self.certificate = signer.certificate
        self._key_file = folder / "ca.key"
        key = _public_key(self._key_file)
        self._key_id = key["kid"]
        self.key_set = folder / "jwks.json"
        self.key_set.write_text(json.dumps({"keys": [key]}))

    @property
    def realm(self) -> str:
        """Where clients get a token. A name: some refuse an address of loopback here."""
        return f"http://localhost:{self.port}/token"

    def token(self, user: str, scopes: Sequence[str]) -> str:
        """Return a token for what `user` is allowed of these scopes; the empty user is anonymous."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": user,
            "aud": self.service,
            "iat": now,
            "nbf": now - 10,
            "exp": now + SECONDS_OF_A_TOKEN,
            "jti": secrets.token_hex(8),
            "access": [_grant(scope, is_anonymous=not user) for scope in scopes],
        }
        header = {"typ": "JWT", "alg": "ES256", "kid": self._key_id}
        text = f"{_base64url(json.dumps(header).encode())}.{_base64url(json.dumps(claims).encode())}"
        return f"{text}.{_base64url(_sign(self._key_file, text.encode()))}"

    def user_of(self, authorization: str) -> str | None:
        """Return the user who logs in with this header, the empty one without a header, or None if it is wrong."""
        if not authorization:
            return ""
        user, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return user if self._users.get(user) == password else None

    def _handler_class(self) -> type[QuietHandler]:
        server = self

        class Handler(QuietHandler):
            def do_GET(self) -> None:
                user = server.user_of(self.headers.get("Authorization", ""))
                if user is None:
                    self.respond(401, b'{"errors": [{"code": "UNAUTHORIZED"}]}')
                    return
                scopes = parse_qs(urlsplit(self.path).query).get("scope", [])
                token = server.token(user, [scope for group in scopes for scope in group.split()])
                self.respond(200, json.dumps({"token": token, "expires_in": SECONDS_OF_A_TOKEN}).encode())

        return Handler


def _grant(scope: str, *, is_anonymous: bool) -> dict[str, Any]:
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    allowed = [action for action in actions.split(",") if action == "pull" or not is_anonymous]
    return {"type": kind, "name": name, "actions": allowed}


def _public_key(key_file: Path) -> dict[str, str]:
    """Return the key as a JWK whose `kid` is its RFC 7638 thumbprint, as the registry computes it for a certificate.

    It leaves out the zeros at the start of a coordinate (getJWKThumbprint in registry/auth/token/util.go), against RFC
    7518, section 6.2.1.2: of a conforming server, it refuses every token of one key in 128.
    """
    encoded = _openssl("ec", "-in", key_file, "-pubout", "-outform", "DER")
    coordinates = {"x": encoded[-2 * _NUMBER : -_NUMBER], "y": encoded[-_NUMBER:]}
    key = {"crv": "P-256", "kty": "EC"}
    measured = key | {name: _base64url(number.lstrip(b"\0")) for name, number in coordinates.items()}
    thumbprint = hashlib.sha256(json.dumps(measured, separators=(",", ":")).encode()).digest()
    key |= {name: _base64url(number) for name, number in coordinates.items()}
    return key | {"kid": _base64url(thumbprint), "use": "sig", "alg": "ES256"}


def _sign(key_file: Path, text: bytes) -> bytes:
    """Return the signature as JWS has it: both numbers, 32 bytes each, where openssl gives a DER sequence of them."""
    encoded = _openssl("dgst", "-sha256", "-sign", key_file, given=text)
    length = encoded[3]
    first, second = encoded[4 : 4 + length], encoded[6 + length :]
    return b"".join(number.lstrip(b"\0").rjust(_NUMBER, b"\0") for number in (first, second))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _openssl(*arguments: str | Path, given: bytes = b"") -> bytes:
    return subprocess.run([tool("openssl"), *arguments], input=given, check=True, capture_output=True).stdout
