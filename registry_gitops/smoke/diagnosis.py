"""From an answer that should have been another to the setting that is to blame."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from registry_gitops.smoke.check import CheckFailed
from registry_gitops.smoke.client import Answer, NoAnswer
from registry_gitops.smoke.remedies import (
    BROKEN_STORAGE,
    ELSEWHERE,
    FORBIDDEN,
    FULL,
    GATEWAY,
    NO_WRITES,
    NOT_WRITABLE,
    REPLICAS,
    SLOW,
    STORAGE_NOT_SHARED,
    TOO_LARGE,
)

_LONGEST: Final = 200

_BY_ERRNO: Final = {28: FULL, 122: FULL, 30: NOT_WRITABLE, 13: NOT_WRITABLE, 1: NOT_WRITABLE}
_BY_WORDS: Final = (
    (re.compile(r"no space|quota|disk (is )?full", re.IGNORECASE), FULL),
    (re.compile(r"read-only|permission denied|not permitted", re.IGNORECASE), NOT_WRITABLE),
)
_ERRNO: Final = re.compile(r'"err"\s*:\s*(\d+)', re.IGNORECASE)
_WRITES: Final = ("POST", "PUT", "PATCH")
_CONTENT: Final = re.compile(r"/(?:blobs|manifests)/[^/]+$")


def unexpected(answer: Answer, *wanted: int) -> CheckFailed:
    """The failure for an answer of another status than those wanted."""
    said = explanation(answer)
    expected = " or ".join(map(str, wanted))
    path = re.sub(r"^\w+://[^/]+|\?.*", "", answer.url)
    message = f"{answer.method} {path} answers {answer.status}, not {expected}{': ' if said else ''}{said}"
    return CheckFailed(message, remedy(answer))


def expect(answer: Answer, *wanted: int) -> Answer:
    """The answer, whose status is one of those wanted. Raises CheckFailed otherwise."""
    if answer.status not in wanted:
        raise unexpected(answer, *wanted)
    return answer


def remedy(answer: Answer) -> str:
    """What to change, as far as the answer itself tells; else ""."""
    writes = answer.method in _WRITES
    if answer.status == 413:
        return TOO_LARGE
    if answer.status in (401, 403):
        return FORBIDDEN
    if answer.status == 405 and writes:
        return NO_WRITES
    if answer.status in (502, 503, 504):
        return GATEWAY
    if "/blobs/uploads/" in answer.url and (answer.status == 404 or "BLOB_UPLOAD_INVALID" in codes(answer)):
        return REPLICAS if answer.method != "POST" else ""
    if answer.status in (500, 507) and writes:
        return _storage(answer)
    if answer.status == 404 and not writes and _CONTENT.search(answer.url):
        # Where 404 is no answer that is wanted, this run has pushed it.
        return STORAGE_NOT_SHARED
    return ""


def _storage(answer: Answer) -> str:
    if answer.status == 507:
        return FULL
    text = answer.body[:4096].decode(errors="replace")
    number = _ERRNO.search(text)
    if number and int(number[1]) in _BY_ERRNO:
        return _BY_ERRNO[int(number[1])]
    return next((found for words, found in _BY_WORDS if words.search(text)), BROKEN_STORAGE)


def silence(problem: NoAnswer, url: str) -> str:
    """What to change where there was no answer, from the registry at `url` or from where it sends clients to."""
    if urlsplit(problem.url).netloc != urlsplit(url).netloc:
        return ELSEWHERE
    return SLOW if isinstance(problem.cause, requests.Timeout) else GATEWAY


def errors(answer: Answer) -> list[dict[str, Any]] | None:
    """The errors in the body, as the spec has them; None where it has another shape."""
    try:
        found = json.loads(answer.body)["errors"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return None
    return found


def codes(answer: Answer) -> list[str]:
    """The error codes in the body."""
    return [str(each.get("code", "")) for each in errors(answer) or ()]


def explanation(answer: Answer) -> str:
    """What the registry itself says is wrong, in a few words."""
    said = [f"{each.get('code', '')} {each.get('message', '')}".strip() for each in errors(answer) or ()]
    return " ".join("; ".join(said).split())[:_LONGEST]
