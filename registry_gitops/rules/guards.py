"""What can restrict who reaches a registry, besides its own login."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_GUARD: Final = re.compile(
    r"auth-|auth\.|oauth|oidc|whitelist|allowlist|source-range|inbound-cidrs|router\.middlewares|internal",
    re.IGNORECASE,
)
_LOAD_BALANCER_TLS: Final = re.compile(r"ssl-cert|tls-secret|certificate", re.IGNORECASE)


def is_guarded(annotations: Mapping[str, Any]) -> bool:
    """Return whether, by its annotations, a controller or a load balancer can decide who reaches the registry."""
    return any(_GUARD.search(f"{key}={annotations[key]}") for key in annotations)


def can_end_tls(annotations: Mapping[str, Any]) -> bool:
    """Return whether, by its annotations, a load balancer can end TLS."""
    return any(map(_LOAD_BALANCER_TLS.search, annotations))
