"""Secrets that no output, error, or traceback shows."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from registry_gitops.masking import HIDDEN, mask, quote

_SECRET_HEADERS: Final = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
_MIN_LENGTH: Final = 6


class MaskedText:
    """A text that prints as stars; `reveal` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MaskedText) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        """Return the text."""
        return self._text


class Credentials:
    """A user with a password, or with an identity token (OAuth 2) instead of one."""

    __slots__ = ("identity_token", "password", "user")

    def __init__(self, user: str, password: MaskedText | str, *, identity_token: bool = False) -> None:
        self.user = user
        self.password = password if isinstance(password, MaskedText) else MaskedText(password)
        self.identity_token = identity_token

    def __repr__(self) -> str:
        return f"Credentials({self})"

    def __str__(self) -> str:
        """Name the credentials in a message."""
        return f"the password of {quote(self.public_user)}" if self.public_user else "the credentials"

    @property
    def public_user(self) -> str:
        """The user, or "" for one without a password, as in https://TOKEN@host, which is a secret."""
        return self.user if self.password and ":" not in self.user else ""

    def basic_header(self) -> MaskedText:
        """Return the value of the header Authorization. Spec: RFC 7617."""
        pair = f"{self.user}:{self.password.reveal()}".encode()
        return MaskedText(f"Basic {b64encode(pair).decode()}")


class Mask:
    """Masks texts: the secrets that it was told, and every value in a position where secrets are."""

    def __init__(self) -> None:
        self._secrets: list[MaskedText] = []

    def hide(self, secret: MaskedText) -> None:
        """Mask this secret from now on.

        A secret of less than 6 characters can be a common word ("admin", "smoke"): only its position hides it.
        """
        if len(secret.reveal()) >= _MIN_LENGTH and secret not in self._secrets:
            self._secrets.append(secret)

    def mask_text(self, text: str) -> str:
        """Return the text with its secrets masked."""
        for secret in self._secrets:
            text = text.replace(secret.reveal(), HIDDEN)
        return mask(text)

    def mask_header(self, name: str, value: str) -> str:
        """Return the value of a header with its secrets masked."""
        return HIDDEN if name.lower() in _SECRET_HEADERS else self.mask_text(value)
