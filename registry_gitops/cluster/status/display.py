"""Short forms for display: messages of the cluster, revisions, and ages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from registry_gitops.masking import excerpt

_LONGEST: Final = 600
"""Maximum characters of a message of the cluster: some repeat a whole log."""


def cluster_message(message: str) -> str:
    """Return a message of the cluster on one line, without credentials, and without the log that Helm appends."""
    text = re.sub(r"\s+", " ", message.partition("\n\nLast Helm logs:")[0]).strip()
    return excerpt(text, _LONGEST)


def short_revision(revision: str) -> str:
    """Return a revision of Flux with 7 characters of its digest, such as main@sha1:fb5ca7a."""
    branch, colon, digest = revision.rpartition(":")
    return f"{branch}{colon}{digest[:7]}" if colon and len(digest) >= 40 else revision


def format_age(time: timedelta) -> str:
    """Return a duration in one unit, such as 12s, 3m, 2h, or 5d; 0s if a clock is behind and it is negative."""
    seconds = max(0, int(time.total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length or (unit == "m" and seconds >= length):
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
