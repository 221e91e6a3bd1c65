"""No report, error, traceback, log, or repr contains a secret."""

from __future__ import annotations

import logging
import traceback
from base64 import b64encode
from urllib.parse import quote

import pytest

from registry_gitops.report import WRITERS
from registry_gitops.smoke import (
    CHECKS,
    Check,
    Context,
    Level,
    NoResponseError,
    UnreachableError,
    checks_for_level,
    connect,
    run_checks,
)
from registry_gitops.smoke.checks.blobs import blob_get
from registry_gitops.smoke.client.evidence import Evidence
from registry_gitops.smoke.client.masked_text import Credentials, Mask, MaskedText
from tests.smoke.stub import OK, answering, status
from tests.smoke.token_registry import PASSWORD, USER, token_registry

PAIR = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
SECRETS = (PASSWORD, PAIR, "token-", "state-of-an-upload")
BASIC = status(401, b"", 'WWW-Authenticate: Basic realm="x"')


def shown(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_reports_and_logs_contain_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with token_registry() as (url, tokens), connect(url, username=USER, password=PASSWORD) as client:
        report = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
        assert tokens.given
    for name, write in WRITERS.items():
        assert (name, shown(write(report))) == (name, [])
    assert shown(report.model_dump_json()) == []
    assert shown(caplog.text) == []
    assert any("Authorization: ***" in line for result in report.checks for line in result.evidence)


def test_echoed_credentials_are_masked() -> None:
    echo = f'{{"errors":[{{"code":"DENIED","message":"{USER} {PASSWORD} {PAIR}"}}]}}'.encode()
    location = "Location: /v2/x/blobs/uploads/1?_state=state-of-an-upload&digest=sha256:1"

    def asks(context: Context) -> None:
        context.repository.push_blob(context.make_blob())

    refused = status(403, echo, location)
    with answering(BASIC, OK, refused) as stub, connect(stub.url, username=USER, password=PASSWORD) as client:
        report = run_checks(client, [Check(**{**vars(blob_get), "needs": frozenset(), "run": asks})])
    (finding,) = report.findings
    assert "DENIED ada *** ***" in finding.message
    assert "< Location: /v2/x/blobs/uploads/1?_state=***&digest=sha256:1" in finding.evidence
    assert shown(report.model_dump_json()) == []


def test_traceback_with_locals_contains_no_secret() -> None:
    with (
        answering(BASIC, OK, b"") as stub,
        connect(stub.url, username=USER, password=PASSWORD, retries=0) as client,
        pytest.raises(NoResponseError) as caught,
    ):
        client.request("GET", "/v2/_catalog")
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert shown("".join(told.format())) == []
    assert shown(repr(vars(caught.value))) == []


def test_refused_login_shows_no_secret() -> None:
    with answering(BASIC) as stub, pytest.raises(UnreachableError) as caught:
        connect(stub.url, username=USER, password=PASSWORD)
    assert shown("".join(traceback.format_exception(caught.value))) == []


@pytest.mark.parametrize("user", ["token-in-place-of-a-user", f"{USER}%3A{quote(PASSWORD, safe='')}"])
def test_refused_login_hides_a_secret_user(user: str) -> None:
    with answering(BASIC) as stub, pytest.raises(UnreachableError, match="does not accept the credentials") as caught:
        connect(stub.url.replace("://", f"://{user}@"))
    assert shown("".join(traceback.format_exception(caught.value))) == []


def test_password_in_url_is_used_and_masked() -> None:
    with answering(BASIC, OK) as stub, connect(stub.url.replace("://", "://ada:cor%2Frect@")) as client:
        report = run_checks(client, [])
        assert client.authenticator.credentials is not None
        assert client.authenticator.credentials.password.reveal() == "cor/rect"
    assert report.subject == stub.url


def test_repr_of_credentials_shows_no_secret() -> None:
    credentials = Credentials(USER, PASSWORD)
    assert (
        shown(f"{credentials!r} {credentials.password!r} {credentials.password} {credentials.basic_header()!r}") == []
    )


def test_short_secret_is_masked_only_in_its_position() -> None:
    mask = Mask()
    mask.hide(MaskedText("admin"))
    assert mask.mask_text("the user admin") == "the user admin"
    assert mask.mask_header("Authorization", "Basic admin") == "***"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("https://ada:pw@host/v2/", "https://***@host/v2/"),
        ("/x?n=1&X-Amz-Signature=abc&last=b", "/x?n=1&X-Amz-Signature=***&last=b"),
        ("</v2/_catalog?last=a&n=1>; rel=next", "</v2/_catalog?last=a&n=1>; rel=next"),
        ("/x?mount=sha256:1&from=a/b", "/x?mount=sha256:1&from=a/b"),
    ],
)
def test_mask_hides_values_in_secret_positions(text: str, masked: str) -> None:
    assert Mask().mask_text(text) == masked


def test_reason_of_status_line_is_masked() -> None:
    lines = Evidence(Mask()).format_response(401, "No: password=hunter2", {}, b"")
    assert lines == ["< 401 No: password=***"]
