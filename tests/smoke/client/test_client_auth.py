"""Challenges, and the authentication that follows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry_gitops.report import Outcome
from registry_gitops.smoke import CHECKS, Level, UnreachableError, checks_for_level, connect, run_checks
from registry_gitops.smoke.client.challenge import Challenge, parse_challenges
from tests.smoke.stub import OK, answering, status
from tests.smoke.token_registry import IDENTITY, PASSWORD, USER, token_registry


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Basic realm="Registry"', [Challenge("basic", {"realm": "Registry"})]),
        ("basic realm=registry", [Challenge("basic", {"realm": "registry"})]),
        (
            'Bearer realm="https://a.example/t?x=1",service="a, b",scope="repository:x/y:pull,push"',
            [
                Challenge(
                    "bearer",
                    {"realm": "https://a.example/t?x=1", "service": "a, b", "scope": "repository:x/y:pull,push"},
                )
            ],
        ),
        (
            'Negotiate, Basic realm="say \\"hi\\"" , charset="UTF-8", Bearer  realm = "t"',
            [
                Challenge("negotiate", {}),
                Challenge("basic", {"realm": 'say "hi"', "charset": "UTF-8"}),
                Challenge("bearer", {"realm": "t"}),
            ],
        ),
        (
            "NTLM TlRMTVNTUAAB/+==, Basic realm=registry",
            [Challenge("ntlm", {}), Challenge("basic", {"realm": "registry"})],
        ),
        ('Negotiate abc/def ,\tBASIC Realm=""', [Challenge("negotiate", {}), Challenge("basic", {"realm": ""})]),
        ("", []),
        ("=", []),
    ],
)
def test_parse_challenges_follows_rfc_9110(header: str, expected: list[Challenge]) -> None:
    assert parse_challenges(header) == expected


def test_run_passes_with_token_authentication() -> None:
    with token_registry() as (url, tokens), connect(url, username=USER, password=PASSWORD) as client:
        report = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
    assert [(finding.id, finding.message) for finding in report.findings] == []
    assert next(result for result in report.checks if result.id == "login-invalid").outcome is Outcome.PASSED
    assert tokens.asked[0] == {"service": "registry, the first", "client_id": "registry-gitops", "account": USER}
    # A token is reused within its scope.
    assert len(tokens.asked) < 60


def test_identity_token_is_exchanged_for_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with token_registry() as (url, tokens):
        entry = {"auths": {url.removeprefix("http://"): {"identitytoken": IDENTITY}}}
        (tmp_path / "config.json").write_text(json.dumps(entry))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        with connect(url) as client:
            assert client.request("GET", "/v2/_catalog").status == 200
    assert tokens.asked[0]["grant_type"] == "refresh_token"


def test_password_refused_by_token_server_is_reported() -> None:
    with token_registry() as (url, _), pytest.raises(UnreachableError, match='the password of "ada"') as caught:
        connect(url, username=USER, password="wrong")
    assert caught.value.cause == "401"


@pytest.mark.parametrize(
    ("headers", "offered"), [((), "no scheme"), (('WWW-Authenticate: Digest realm="x"',), "digest")]
)
def test_challenge_that_no_client_knows_is_reported(headers: tuple[str, ...], offered: str) -> None:
    with answering(status(401, b"", *headers)) as stub, pytest.raises(UnreachableError) as caught:
        connect(stub.url, username="ada", password="correct horse")
    assert f"returned 401, and offers {offered}: clients know Basic and Bearer" in str(caught.value)


def test_unreachable_token_server_is_named() -> None:
    challenge = 'WWW-Authenticate: Bearer realm="http://127.0.0.1:1/token",service="x"'
    with answering(status(401, b"", challenge)) as stub, pytest.raises(UnreachableError) as caught:
        connect(stub.url, username="ada", password="correct horse", retries=0)
    assert str(caught.value).startswith(f"http://127.0.0.1:1, to which {stub.url} refers clients, cannot be reached")
    assert "configuration.auth.token.realm" in caught.value.remedy


def test_bearer_is_preferred_to_basic_and_needs_no_scope_in_the_challenge() -> None:
    with answering(status(200, b'{"token": "abc"}')) as tokens:
        challenge = status(401, b"", f'WWW-Authenticate: Negotiate, Basic realm="x", Bearer realm="{tokens.url}"')
        with answering(OK, challenge, OK) as stub, connect(stub.url, username="ada", password="correct") as client:
            client.request("PUT", "/v2/team/app/manifests/1.0", b"{}")
    assert "scope=repository%3Ateam%2Fapp%3Apull%2Cpush&" in tokens.heads[0]
    assert "Authorization: Bearer abc" in stub.heads[2]


def test_basic_is_used_if_no_token_can_be_had() -> None:
    with answering(status(403)) as tokens:
        challenge = status(401, b"", f'WWW-Authenticate: Bearer realm="{tokens.url}"', "WWW-Authenticate: Basic")
        with answering(challenge, OK) as stub, connect(stub.url, username="ada", password="correct"):
            pass
    assert "Authorization: Basic " in stub.heads[1]


def test_basic_credentials_are_sent_after_the_first_challenge() -> None:
    challenge = status(401, b"", 'WWW-Authenticate: Basic realm="x"')
    with answering(challenge, OK) as stub, connect(stub.url, username="ada", password="correct horse") as client:
        client.request("GET", "/v2/_catalog")
        client.request("GET", "/v2/_catalog", authenticator=None)
    assert ["Authorization: Basic " in head for head in stub.heads] == [False, True, True, True]


def test_anonymous_client_ignores_netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password from-netrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with answering(OK) as stub, connect(stub.url):
        pass
    assert "Authorization" not in stub.heads[0]


def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    challenge = status(401, b"", 'WWW-Authenticate: Basic realm="x"')
    with answering(OK) as storage:
        elsewhere = storage.url.replace("127.0.0.1", "localhost")
        moved = status(307, b"", f"Location: {elsewhere}/blob")
        with answering(challenge, OK, moved) as stub, connect(stub.url, username="a", password="correct") as client:
            client.request("GET", "/v2/x/blobs/sha256:1")
    assert "Authorization" in stub.heads[2]
    assert "Authorization" not in storage.heads[0]
