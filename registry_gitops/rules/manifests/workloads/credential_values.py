"""Which names and texts are credentials. If in doubt, they are none."""

from __future__ import annotations

import re
from typing import Any, Final

from registry_gitops.documents import is_decided_later

# Patterns are texts, which `re` compiles at the first use and keeps.
_SECRET_NAME: Final = (
    r"(?i)(?!.*existing|.*/)(?:.*[a-z0-9_.-])?(?:password|(?<!ht)passwd|passphrase|api[_-]?key|api[_-]?token|access[_-]?token"
    r"|auth[_-]?token|secret[_-]?access[_-]?key|account[_-]?key|private[_-]?key|bot[_-]?token|(?<![a-z])token"
    r"|credentials?)|(?i:client[_-]?secret|.*_client_secret)"
)
_KEY_OF_SECRET: Final = r"(?i).*secret[_-]?key|.*secret|.*tls\.key|ca\.key|id_rsa|identity|age\.agekey|token"
"""Keys that are names elsewhere: in a Secret they hold the credential."""
_PRIVATE_KEY: Final = (
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s+[A-Za-z0-9+/=]{16}|AGE-SECRET-KEY-1[A-Z0-9]{20}"
)
_TOKEN: Final = (
    r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60}|glpat-[\w-]{20}|dckr_pat_[\w-]{20}|npm_[A-Za-z0-9]{36}"
    r"|xox[abpr]-[\w-]{20}|AKIA[A-Z0-9]{16})"
)
_IN_URL: Final = r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'{}<>$]+:(?P<password>[^\s/@\"']+)@"
_PLACEHOLDER: Final = (
    r"(?i)[<{\[%].*|.*[>}\]%]|.*(?:change[-_ ]?(?:me|it|this)|replace|placeholder|example|dummy|redacted|your[-_ ]"
    r"|todo|fixme|insert|encrypted|from[-_ ]|see[-_ ]|vault:|ref\+|secret:|file:|op://).*"
    r"|[x*.#_-]+|none|null|unset|default|disabled|test(?:ing)?|fake|true|false|yes|no|on|off|enabled|auto|always|never|optional|required|\d{0,5}|/.*|\$.*|@.*|!.*"
)
_HASH: Final = r"(?s)[^:\n]*:?\$(?:2[aby]|6|5|argon2id?|y)\$.*"
"""A salted hash, also as a line of htpasswd: no password in the clear."""


_WORDS: Final = ("passw", "passphrase", "token", "secret", "key", "credential", "://")


def may_have_credentials(text: str) -> bool:
    """Return whether a text has a word that names credentials, or a URL. Most objects have none, and are not read."""
    lowered = text.lower()
    return any(word in lowered for word in _WORDS)


_ENDINGS: Final = ("password", "passwd", "passphrase", "key", "token", "secret", "credential", "credentials")


def is_secret_name(name: str) -> bool:
    """Return whether a key or a variable of this name holds a credential, and not the name of one."""
    return name.lower().endswith(_ENDINGS) and re.fullmatch(_SECRET_NAME, name) is not None


def is_key_of_credential(key: str) -> bool:
    """Return whether this key of a Secret holds a credential."""
    return is_secret_name(key) or re.fullmatch(_KEY_OF_SECRET, key) is not None


_LOGIN: Final = r"\"(?:auth|password|identitytoken)\"\s*:\s*\"[^\"$<{]{4,}\""
"""In the config.json of Docker."""


def has_login(key: str, text: str) -> bool:
    """Return whether a value of a Secret has logins to registries in it."""
    return key.endswith(("dockerconfigjson", "dockercfg")) and re.search(_LOGIN, text) is not None


def is_real_value(value: Any) -> bool:
    """Return whether a text can be a credential: it is not empty, no placeholder, no variable, and no hash."""
    if not isinstance(value, str) or not value.strip() or is_decided_later(value):
        return False
    text = value.strip()
    return "$(" not in text and not re.fullmatch(_PLACEHOLDER, text) and not re.fullmatch(_HASH, text)


def has_known_credential(text: str) -> bool:
    """Return whether a text certainly has a credential: a private key, or a token of a known format."""
    if "PRIVATE KEY" in text or "AGE-SECRET" in text:
        return re.search(_PRIVATE_KEY, text) is not None
    return re.search(_TOKEN, text) is not None


def has_password_in_url(text: str) -> bool:
    """Return whether a text has a URL with a password in it."""
    if "://" not in text or "@" not in text:
        return False
    return any(is_real_value(found["password"]) for found in re.finditer(_IN_URL, text))
