"""Requests with credentials, and the files that know them."""

from __future__ import annotations

from base64 import b64encode

import bcrypt

from registry_gitops.registry.messages import Request


class NoBody:
    """The body of a request that has none."""

    length: int | None = 0

    def readinto(self, buffer: memoryview) -> int:
        return 0


def request(authorization: str | None = None, path: str = "/v2/app/tags/list") -> Request:
    headers = {} if authorization is None else {"authorization": authorization}
    return Request("GET", path, "", headers, NoBody())


def basic(user: str | bytes, password: str | bytes) -> str:
    parts = (part.encode() if isinstance(part, str) else part for part in (user, password))
    return f"Basic {b64encode(b':'.join(parts)).decode()}"


def line(user: str, password: str, *, cost: int = 4) -> str:
    """A line of an htpasswd file, at a cost that tests can pay."""
    return f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()}\n"
