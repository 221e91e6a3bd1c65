"""The htpasswd file: what is taken, what is refused with its line, and what happens when it changes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from registry_gitops.registry.api import HtpasswdAuthenticator
from registry_gitops.registry.api import authentication as module
from registry_gitops.registry.api.authentication import parse_htpasswd
from registry_gitops.registry.error_responses import RegistryError, SetupError

from .basic_auth import basic, line, request

HASH = "$2b$04$L7ZR/kaVPypc6ym.WQEOheLWDEO0GAL8q5atPda4TdjZPLIQForja"
"""Of "hunter2"; the same in every process, for it stands in the names of tests."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "htpasswd"


@pytest.mark.parametrize(
    ("text", "users"),
    [
        (f"alice:{HASH}", ["alice"]),
        (f"# users\n\n  alice:{HASH}  \r\n\n  # bob:x\nbob:{HASH}\n", ["alice", "bob"]),
        (f"a b:{HASH}\n", ["a b"]),
        (f"alice:{HASH.replace('$2b$', '$2y$')}\n", ["alice"]),
        (f"alice:{HASH.replace('$2b$', '$2a$')}\n", ["alice"]),
    ],
)
def test_lines_are_taken_as_registry_3_takes_them(file: Path, text: str, users: list[str]) -> None:
    file.write_text(text)
    assert list(parse_htpasswd(file)) == users
    assert HtpasswdAuthenticator(file).check(request(basic(users[0], "hunter2")), writes=True) == users[0]


def test_of_a_user_who_stands_there_twice_the_last_line_counts(file: Path) -> None:
    file.write_text(line("alice", "old") + line("alice", "new"))
    assert HtpasswdAuthenticator(file).check(request(basic("alice", "new")), writes=True) == "alice"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "there is no user in it"),
        (b"# nobody\n", None, "there is no user in it"),
        (b"\xff\xfe", None, "not a text file in UTF-8"),
        (b"# users\nhunter2\n", 2, "not a user, a colon and a hash"),
        (f":{HASH}\n".encode(), 1, "not a user, a colon and a hash"),
        (b"alice:hunter2\n", 1, "not a bcrypt hash: make the line with `htpasswd -nB USER`"),
        (b"alice:$apr1$hunter2$Q5uVxTuvZJJOh1CwCXSzM1\n", 1, "not a bcrypt hash: make the line"),
        (b"alice:{SHA}hunter2\n", 1, "not a bcrypt hash"),
        (f"alice:{HASH[:-1]}\n".encode(), 1, "not a bcrypt hash"),
        (f"alice:{HASH}:\n".encode(), 1, "not a bcrypt hash"),
        (f"alice:{HASH.replace('$04$', '$03$')}\n".encode(), 1, "not a bcrypt hash"),
        (f"alice:{HASH.replace('$04$', '$32$')}\n".encode(), 1, "not a bcrypt hash"),
        (f"alice:{HASH[:28]}z{HASH[29:]}\n".encode(), 1, "not a bcrypt hash"),
    ],
)
def test_a_broken_file_is_refused_with_the_line_and_without_the_secret(
    file: Path, content: bytes, line: int | None, message: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(SetupError) as caught:
        HtpasswdAuthenticator(file)
    assert (caught.value.file, caught.value.line) == (str(file), line)
    assert str(caught.value).startswith(f"{file}:{line}: {message}" if line else f"{file}: {message}")
    assert "hunter2" not in str(caught.value)
    assert HASH[10:40] not in str(caught.value)


def test_every_hash_that_is_taken_can_be_checked(file: Path) -> None:
    alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    for char in alphabet:
        file.write_text(f"alice:{HASH[:28]}{char}{HASH[29:]}\n")
        try:
            access = HtpasswdAuthenticator(file)
        except SetupError:
            continue
        with pytest.raises(RegistryError):
            access.check(request(basic("alice", "wrong")), writes=False)


def test_a_file_that_is_not_there_is_an_error(file: Path) -> None:
    with pytest.raises(SetupError, match="htpasswd: No such file or directory"):
        HtpasswdAuthenticator(file)


def test_without_bcrypt_the_error_says_how_to_install_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(line("alice", "hunter2"))
    monkeypatch.setitem(sys.modules, "bcrypt", None)
    with pytest.raises(SetupError, match="bcrypt, which is not installed: run `pip install bcrypt`"):
        HtpasswdAuthenticator(file)


class Watched:
    """An access whose file is looked at on each request, and what it reports."""

    def __init__(self, file: Path) -> None:
        self.reports: list[str] = []
        self.access = HtpasswdAuthenticator(file, report=self.reports.append)

    def lets_in(self, user: str, password: str) -> bool:
        try:
            return self.access.check(request(basic(user, password)), writes=False) == user
        except RegistryError:
            return False


@pytest.fixture
def watched(file: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(module, "_RELOAD_INTERVAL", 0.0)
    file.write_text(line("alice", "hunter2") + line("bob", "hunter2"))
    return Watched(file)


def test_a_change_of_the_file_takes_effect(watched: Watched, file: Path) -> None:
    assert watched.lets_in("alice", "hunter2")
    file.write_text(line("alice", "changed") + line("carol", "hunter2"))
    assert not watched.lets_in("alice", "hunter2")
    assert watched.lets_in("alice", "changed")
    assert watched.lets_in("carol", "hunter2")
    assert not watched.lets_in("bob", "hunter2")
    assert watched.reports == [f"{file}: read again"]


def test_a_user_who_was_removed_is_not_remembered(watched: Watched, file: Path) -> None:
    assert watched.lets_in("bob", "hunter2")
    file.write_text(line("alice", "hunter2"))
    assert not watched.lets_in("bob", "hunter2")


def test_a_user_whose_line_stays_stays_remembered(watched: Watched, file: Path) -> None:
    assert watched.lets_in("alice", "hunter2")
    file.write_text(file.read_text() + line("carol", "hunter2"))
    assert watched.lets_in("carol", "hunter2")
    assert watched.access.is_cached(request(basic("alice", "hunter2")))


def test_a_file_that_is_replaced_as_kubernetes_replaces_those_of_a_secret_takes_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RELOAD_INTERVAL", 0.0)
    for name, password in (("old", "hunter2"), ("new", "changed")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "htpasswd").write_text(line("alice", password))
        os.utime(tmp_path / name / "htpasswd", (1, 1))
    (tmp_path / "..data").symlink_to("old")
    watched = Watched(tmp_path / "..data" / "htpasswd")
    assert watched.lets_in("alice", "hunter2")
    (tmp_path / "next").symlink_to("new")
    (tmp_path / "next").rename(tmp_path / "..data")
    assert watched.lets_in("alice", "changed")
    assert not watched.lets_in("alice", "hunter2")


@pytest.mark.parametrize("broken", ["", "alice:hunter2\n", None])
def test_a_change_that_breaks_the_file_keeps_the_users_and_is_reported_once(
    watched: Watched, file: Path, broken: str | None
) -> None:
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken)
    for _ in range(3):
        assert watched.lets_in("bob", "hunter2")
    assert len(watched.reports) == 1
    assert watched.reports[0].startswith(str(file))
    assert watched.reports[0].endswith("; the users stay as they were")
    assert "hunter2" not in watched.reports[0]
    file.write_text(line("alice", "mended"))
    assert watched.lets_in("alice", "mended")


def test_the_file_is_looked_at_once_a_second_at_most(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(line("alice", "hunter2"))
    watched = Watched(file)
    assert watched.lets_in("alice", "hunter2")
    looks: list[Path] = []
    monkeypatch.setattr(module, "_signature", looks.append)
    for _ in range(50):
        watched.lets_in("alice", "hunter2")
    assert looks == []
