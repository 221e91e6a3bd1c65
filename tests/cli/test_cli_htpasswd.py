"""`htpasswd` prints a Secret that the registry takes, and the password nowhere."""

from __future__ import annotations

import io
import sys

import bcrypt
import pytest
import yaml

from tests.cli.running import Outcome, Run
from tests.cli.standard_input import Pipe


@pytest.fixture
def piped(piped_to: Pipe) -> Pipe:
    """Run `htpasswd` with these bytes on stdin."""
    return lambda stdin, *arguments: piped_to(stdin, "htpasswd", *arguments, "--password-stdin")


@pytest.fixture
def typed(typed_to: Pipe) -> Pipe:
    """Run `htpasswd` on a terminal, on which these answers are typed."""

    def run(*answers: str, user: str = "alice") -> Outcome:
        left = list(answers)
        return typed_to(lambda prompt: left.pop(0), "htpasswd", user)

    return run


def entry(done: Outcome) -> tuple[str, bytes]:
    assert (done.code, done.err) == (0, "")
    user, _, hashed = yaml.safe_load(done.out)["stringData"]["htpasswd"].removesuffix("\n").partition(":")
    return user, hashed.encode()


def refused(done: Outcome, message: str) -> None:
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {message}")
    assert done.err.count("\n") == 1


def test_the_secret_is_what_the_chart_expects_of_the_default_deployment(piped: Pipe) -> None:
    done = piped(b"hunter2\n", "alice")
    secret = yaml.safe_load(done.out)
    assert (secret["apiVersion"], secret["kind"], secret["type"]) == ("v1", "Secret", "Opaque")
    assert secret["metadata"] == {"name": "docker-registry-users", "namespace": "docker-registry"}
    user, hashed = entry(done)
    assert user == "alice"
    assert bcrypt.checkpw(b"hunter2", hashed)


def test_the_hash_costs_what_a_registry_can_pay_at_each_request(piped: Pipe) -> None:
    assert entry(piped(b"hunter2", "alice"))[1].startswith(b"$2b$10$")


def test_the_secret_goes_where_one_says(piped: Pipe) -> None:
    done = piped(b"hunter2", "alice", "--namespace", "images", "--name", "users")
    assert yaml.safe_load(done.out)["metadata"] == {"name": "users", "namespace": "images"}


@pytest.mark.parametrize(
    ("stdin", "password"),
    [
        (b"hunter2", b"hunter2"),
        (b"hunter2\n", b"hunter2"),
        (b"hunter2\r\n", b"hunter2"),
        (b" hunter 2 \n", b" hunter 2 "),
        (b"hunter2\nmore\n", b"hunter2"),
        ("grün".encode(), "grün".encode()),
        (b"x" * 72, b"x" * 72),
    ],
)
def test_the_password_is_the_first_line_without_its_end(piped: Pipe, stdin: bytes, password: bytes) -> None:
    assert bcrypt.checkpw(password, entry(piped(stdin, "alice"))[1])


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"", "the password is empty"),
        (b"\n", "the password is empty"),
        (b"x" * 73, "the password is longer than the 72 bytes that bcrypt reads"),
        ("ü".encode() * 37, "the password is longer than the 72 bytes that bcrypt reads"),
        (b"hunter\x002\n", "the password holds a NUL character, which bcrypt cannot take"),
        (b"hunter\xff2\n", "the password is not text in UTF-8"),
    ],
)
def test_a_password_that_bcrypt_cannot_take_is_refused_and_not_repeated(
    piped: Pipe, stdin: bytes, message: str
) -> None:
    done = piped(stdin, "alice")
    refused(done, message)
    assert "hunter" not in done.err
    assert "xxx" not in done.err


@pytest.mark.parametrize("user", ["a:b", "a b", "#a", "a\nb", "a\tb"])
def test_a_user_that_no_htpasswd_file_can_hold_is_refused(piped: Pipe, user: str) -> None:
    done = piped(b"hunter2", user)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: the user has no name" if not user else "error: ")
    assert "hunter2" not in done.err


@pytest.mark.parametrize("option", ["--namespace", "--name"])
def test_a_name_that_kubernetes_refuses_is_refused(piped: Pipe, option: str) -> None:
    refused(piped(b"hunter2", "alice", option, "Team_1"), f"{option}: ")


def test_on_a_terminal_the_password_is_asked_for_twice(typed: Pipe) -> None:
    assert bcrypt.checkpw(b"hunter2", entry(typed("hunter2", "hunter2"))[1])


def test_two_passwords_that_differ_are_refused(typed: Pipe) -> None:
    refused(typed("hunter2", "hunter3"), "the two passwords differ: try again")


def test_an_impossible_user_is_refused_before_the_password_is_asked_for(typed: Pipe) -> None:
    refused(typed(user="a:b"), "USER: this is not a user name: ")


@pytest.mark.parametrize("answers", [(), ("hunter2",)])
def test_the_end_of_the_input_is_no_password(typed: Pipe, answers: tuple[str, ...]) -> None:
    refused(typed(*answers), "no password was given")


def test_without_a_terminal_the_option_is_named(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"hunter2\n")))
    message = "cannot prompt for the password without a terminal: pipe it in, with --password-stdin"
    refused(cli("htpasswd", "alice"), message)
