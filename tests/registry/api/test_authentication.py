"""Who is let in: right credentials, wrong ones, none, and headers that are no credentials at all."""

from __future__ import annotations

import time
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.registry.api import HtpasswdAuthenticator, Registry
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import Request
from registry_gitops.registry.storage import MemoryStorage

from .basic_auth import basic, line, request


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("users") / "htpasswd"
    file.write_text(line("alice", "hunter2") + line("grün", "pässword:with:colons") + line("long", "x" * 72))
    return file


@pytest.fixture(scope="module")
def access(file: Path) -> HtpasswdAuthenticator:
    return HtpasswdAuthenticator(file)


def refused(access: HtpasswdAuthenticator, asked: Request, *, writes: bool = False) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        access.check(asked, writes=writes)
    assert caught.value.code is Code.UNAUTHORIZED
    assert caught.value.headers == {"WWW-Authenticate": 'Basic realm="registry"'}
    return caught.value


@pytest.mark.parametrize("authorization", [None, "Basic x", basic("alice", "wrong")])
def test_an_open_registry_lets_everybody_in_without_a_name(authorization: str | None) -> None:
    registry = Registry(MemoryStorage())
    asked = request(authorization, "/v2/")
    assert registry.answers_without_blocking(asked)
    assert registry(asked).status == 200
    assert asked.user is None
    assert registry(replace(asked, method="POST", path="/v2/app/blobs/uploads/")).status == 202


@pytest.mark.parametrize(
    ("user", "password"), [("alice", "hunter2"), ("grün", "pässword:with:colons"), ("long", "x" * 72)]
)
@pytest.mark.parametrize("writes", [False, True])
def test_a_user_with_the_right_password_is_let_in_by_name(
    access: HtpasswdAuthenticator, user: str, password: str, writes: bool
) -> None:
    assert access.check(request(basic(user, password)), writes=writes) == user


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "Basic ", "Basic  "])
def test_the_scheme_is_read_as_http_has_it(access: HtpasswdAuthenticator, scheme: str) -> None:
    assert access.check(request(basic("alice", "hunter2").replace("Basic", scheme)), writes=True) == "alice"


@pytest.mark.parametrize(
    "authorization",
    [
        basic("alice", "hunter3"),
        basic("alice", ""),
        basic("bob", "hunter2"),
        basic("", "hunter2"),
        basic("ALICE", "hunter2"),
        basic("alice", "hunter2\0"),
        basic("long", "x" * 73),
        basic(b"gr\xfcn", "pässword:with:colons"),
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YWxpY2U",
        "Basic YWxpY2U6aHVudGVyMg=",
        "Basic YWxpY2U6\taHVudGVyMg==",
        "Basicöäü",
        f"Basic {b64encode(b'alice').decode()}",
        f"Bearer {b64encode(b'alice:hunter2').decode()}",
        "Digest username=alice",
        "Basic " + "A" * 20000,
    ],
)
@pytest.mark.parametrize("anonymous_pull", [False, True])
def test_wrong_and_malformed_credentials_are_refused_for_reading_too(
    file: Path, authorization: str, anonymous_pull: bool
) -> None:
    refused(HtpasswdAuthenticator(file, anonymous_pull=anonymous_pull), request(authorization))


@given(authorization=st.text(st.characters(max_codepoint=255)))
def test_no_header_whatever_it_holds_is_more_than_refused(access: HtpasswdAuthenticator, authorization: str) -> None:
    if authorization != "Basic Og==":
        refused(access, request(authorization))


@pytest.mark.parametrize("authorization", [None, "Basic Og=="])
def test_without_credentials_nobody_is_let_in(access: HtpasswdAuthenticator, authorization: str | None) -> None:
    refused(access, request(authorization))
    refused(access, request(authorization), writes=True)


@pytest.mark.parametrize("authorization", [None, "Basic Og=="])
def test_anonymous_pull_lets_in_who_only_reads(file: Path, authorization: str | None) -> None:
    access = HtpasswdAuthenticator(file, anonymous_pull=True)
    assert access.check(request(authorization), writes=False) is None
    refused(access, request(authorization), writes=True)
    assert access.check(request(basic("alice", "hunter2")), writes=True) == "alice"


@pytest.mark.parametrize("path", ["/v2/", "/v2"])
def test_with_anonymous_pull_the_ping_still_tells_clients_that_there_is_a_password_to_send(
    file: Path, path: str
) -> None:
    access = HtpasswdAuthenticator(file, anonymous_pull=True)
    refused(access, request(path=path))
    assert access.check(request(basic("alice", "hunter2"), path), writes=False) == "alice"


def test_no_error_repeats_what_the_client_sent(access: HtpasswdAuthenticator) -> None:
    for authorization in (basic("alice", "secret-1"), "Basic secret-2", basic("secret-3", "x" * 73)):
        error = refused(access, request(authorization))
        assert "secret" not in f"{error} {error.detail}"


def test_credentials_are_hashed_once_and_wrong_ones_each_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    check = bcrypt.checkpw

    def counted(password: bytes, hashed: bytes) -> bool:
        calls.append(password)
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    access = HtpasswdAuthenticator(file)
    right, wrong = request(basic("alice", "hunter2")), request(basic("alice", "hunter3"))
    assert not access.is_cached(right)
    for _ in range(3):
        assert access.check(right, writes=False) == "alice"
        assert access.is_cached(right)
    assert len(calls) == 1
    for _ in range(3):
        refused(access, wrong)
        assert not access.is_cached(wrong)
    assert len(calls) == 4


def test_what_is_remembered_is_bounded_and_holds_no_password(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_gitops.registry.api.authentication._MAX_CACHED", 2)
    access = HtpasswdAuthenticator(file)
    asked = [
        request(basic("alice", "hunter2").replace("Basic", scheme)) for scheme in ("Basic", "bAsic", "baSic", "basIc")
    ]
    for each in asked:
        access.check(each, writes=False)
    assert [access.is_cached(each) for each in asked] == [False, False, True, True]
    assert b"hunter2" not in repr(vars(access)).encode()
    assert basic("alice", "hunter2")[6:] not in repr(vars(access))


def test_without_credentials_there_is_nothing_slow_to_do(access: HtpasswdAuthenticator) -> None:
    assert access.is_cached(request())


def test_a_user_who_does_not_exist_takes_as_long_as_one_who_does(tmp_path: Path) -> None:
    (tmp_path / "htpasswd").write_text(line("cheap", "hunter2") + line("alice", "hunter2", cost=10))
    access = HtpasswdAuthenticator(tmp_path / "htpasswd")

    def seconds(user: str) -> float:
        started = time.thread_time()
        refused(access, request(basic(user, "hunter3")))
        return time.thread_time() - started

    known, unknown = (min(seconds(user) for _ in range(3)) for user in ("alice", "nobody"))
    assert 0.5 < unknown / known < 2
    assert seconds("cheap") < known / 4
