"""Secrets, kept where no output, error or traceback shows them."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from registry_gitops.masking import HIDDEN, mask, quote

_SECRET_HEADERS: Final = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
_SHORTEST: Final = 6


class Secret:
    """A text that shows as stars. Whoever needs it calls `reveal`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        """The text itself."""
        return self._text


class Credentials:
    """A user and a password, or a user's identity token (OAuth 2) in place of one."""

    __slots__ = ("identity_token", "password", "user")

    def __init__(self, user: str, password: Secret | str, *, identity_token: bool = False) -> None:
        self.user = user
        self.password = password if isinstance(password, Secret) else Secret(password)
        self.identity_token = identity_token

    def __repr__(self) -> str:
        return f"Credentials({self})"

    def __str__(self) -> str:
        """What they are, for a message. A user without a password, as in https://TOKEN@host, is a secret itself."""
        is_shown = self.password and ":" not in self.user
        return f"the password of {quote(self.user)}" if is_shown else "the credentials"

    def basic(self) -> Secret:
        """The value of a header `Authorization`, as RFC 7617 has it."""
        pair = f"{self.user}:{self.password.reveal()}".encode()
        return Secret(f"Basic {b64encode(pair).decode()}")


class Mask:
    """Takes secrets out of texts: those that it was told of, and what stands where secrets stand."""

    def __init__(self) -> None:
        self._known: list[Secret] = []

    def hide(self, secret: Secret) -> None:
        """From now on, show this nowhere.

        A short one is a word as any other ("admin", "smoke"): it is hidden only where secrets stand.
        """
        if len(secret.reveal()) >= _SHORTEST and secret not in self._known:
            self._known.append(secret)

    def text(self, text: str) -> str:
        """The text without them."""
        for secret in self._known:
            text = text.replace(secret.reveal(), HIDDEN)
        return mask(text)

    def header(self, name: str, value: str) -> str:
        """The value of a header without them."""
        return HIDDEN if name.lower() in _SECRET_HEADERS else self.text(value)
