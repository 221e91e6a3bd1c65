"""What must hold for whatever a client sends: well-formed answers, none of them a 5xx, and no foreign bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry_gitops.registry.access_log import AccessLogEntry
from registry_gitops.registry.error_responses import Code
from registry_gitops.registry.http.connection import CLIENT_CLOSED_REQUEST

_HEAD = re.compile(rb"HTTP/1\.1 (\d{3}) [A-Za-z' -]+\r\n((?:[A-Za-z-]+: [\x20-\x7e\x80-\xff]*\r\n)+)\r\n")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_REPEATED = ("OCI-Tag", "Warning")
_CODES = {code.name for code in Code}


@dataclass(frozen=True)
class Answer:
    """A response that the client can read."""

    status: int
    headers: dict[str, str]
    body: bytes


def answers(sent: bytes, log: Sequence[AccessLogEntry]) -> Iterator[Answer]:
    """The responses in what was sent, one for each line of the log. Raises AssertionError for what is none."""
    closed = False
    for entry in log:
        if entry.status == CLIENT_CLOSED_REQUEST:
            break
        while sent.startswith(_CONTINUE):
            sent = sent[len(_CONTINUE) :]
        assert not closed, "an answer behind Connection: close"
        match = _HEAD.match(sent)
        assert match, f"no head of a response: {sent[:300]!r}"
        pairs = [line.split(": ", 1) for line in match[2].decode("latin-1").splitlines()]
        headers = {name.lower(): value for name, value in pairs}
        once = [pair for pair in pairs if pair[0] not in _REPEATED]
        assert len({name.lower() for name, _ in once}) == len(once), f"a header twice: {pairs}"
        bodyless = entry.method == "HEAD" or entry.status in (204, 304)
        size = 0 if bodyless else int(headers["content-length"])
        body, sent = sent[match.end() : match.end() + size], sent[match.end() + size :]
        assert len(body) == size, "the body is shorter than it says"
        answer = Answer(int(match[1]), headers, body)
        assert answer.status == entry.status, "the log has another status"
        closed = headers.get("connection") == "close"
        check(answer, bodyless=bodyless)
        yield answer
    if sent.startswith(_CONTINUE):
        sent = sent[len(_CONTINUE) :]
    assert not sent, f"bytes that answer nothing: {sent[:300]!r}"


def check(answer: Answer, *, bodyless: bool) -> None:
    """Raises AssertionError for an answer that nobody should get, whatever they asked."""
    assert answer.status < 500, "a server error"
    assert "date" in answer.headers
    if answer.status >= 400 and not bodyless:
        assert answer.headers["content-type"] == "application/json"
        for error in json.loads(answer.body)["errors"]:
            assert error["code"] in _CODES
            assert error["message"]
    named = answer.headers.get("docker-content-digest")
    if answer.status == 200 and named and not bodyless:
        algorithm, _, expected = named.partition(":")
        assert hashlib.new(algorithm, answer.body).hexdigest() == expected, "bytes of something else"
