"""The access log: one line a request, whatever the request holds, and no credential in it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry_gitops.registry.access_log import AccessLogEntry, AccessLogger, json_log, log_message, text_log
from tests.support.credentials import READABLE, URLS

ENTRY = AccessLogEntry(
    1_700_000_000.25, "127.0.0.1", "alice", "GET", "/v2/app/tags/list?n=5", 200, 43, 0.0012, "crane/0.22"
)

Writer = Callable[[TextIO], AccessLogger]
both = pytest.mark.parametrize("writer", [text_log, json_log])


def written(writer: Writer, entry: AccessLogEntry) -> str:
    stream = io.StringIO()
    writer(stream)(entry)
    return stream.getvalue()


def test_a_text_line_is_like_one_of_the_common_log_format() -> None:
    assert written(text_log, ENTRY) == (
        '127.0.0.1 - alice [14/Nov/2023:22:13:20 +0000] "GET /v2/app/tags/list?n=5" 200 43 "crane/0.22" 0.0012\n'
    )


def test_a_json_line_has_all_fields() -> None:
    assert json.loads(written(json_log, ENTRY)) == {
        "time": "2023-11-14T22:13:20.250Z",
        "client": "127.0.0.1",
        "user": "alice",
        "method": "GET",
        "target": "/v2/app/tags/list?n=5",
        "status": 200,
        "sent": 43,
        "seconds": 0.0012,
        "agent": "crane/0.22",
    }


def test_who_did_not_log_in_has_no_name() -> None:
    anonymous = replace(ENTRY, user=None)
    assert written(text_log, anonymous).startswith("127.0.0.1 - - [")
    assert json.loads(written(json_log, anonymous))["user"] is None


def test_a_name_cannot_be_mistaken_for_the_next_field() -> None:
    assert written(text_log, replace(ENTRY, user='a [b] "c"\n')).startswith("127.0.0.1 - a%20%5Bb%5D%20%22c%22%0A [")


@both
@pytest.mark.parametrize(("target", "shown"), URLS)
def test_log_hides_the_credentials_of_a_target(writer: Writer, target: str, shown: str | None) -> None:
    line = written(writer, replace(ENTRY, target=target))
    assert "hunter2" not in line
    assert shown is None or json.dumps(shown)[1:-1] in line


@pytest.mark.parametrize(("url", "shown"), URLS)
def test_report_hides_the_credentials_of_a_url(capsys: pytest.CaptureFixture[str], url: str, shown: str | None) -> None:
    log_message(f"{url} cannot be reached")
    assert "hunter2" not in capsys.readouterr().err


@both
@pytest.mark.parametrize("text", [text for text in READABLE if " " not in text])
def test_log_shows_a_target_without_credentials(writer: Writer, text: str) -> None:
    assert json.dumps(text)[1:-1] in written(writer, replace(ENTRY, target=text))


@both
def test_credentials_in_the_name_of_a_client_are_masked(writer: Writer) -> None:
    assert "hunter2" not in written(writer, replace(ENTRY, agent="bot (+https://alice:hunter2@example.com)"))


@both
@example(agent="\x7f", target="\x7f", user="\x7f", method="\x7f")
@given(agent=st.text(), target=st.text(), user=st.text(), method=st.text())
def test_a_request_is_one_printable_line_whatever_it_holds(
    writer: Writer, agent: str, target: str, user: str, method: str
) -> None:
    line = written(writer, replace(ENTRY, agent=agent, target=target, user=user, method=method))
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    assert line.isascii()


@both
def test_a_log_that_cannot_be_written_does_not_fail_the_request(writer: Writer) -> None:
    read, write = os.pipe()
    os.close(read)
    stream = os.fdopen(write, "w", buffering=1)
    writer(stream)(ENTRY)
    with pytest.raises(BrokenPipeError):
        stream.close()
    writer(stream)(ENTRY)


def test_what_the_registry_says_of_itself_is_one_line_with_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    log_message("users\n\x1b[31m read again")
    said = capsys.readouterr().err
    assert said.endswith("Z users\\n\\x1b[31m read again\n")
    assert said.count("\n") == 1
