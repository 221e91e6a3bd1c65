"""An option whose value was forgotten is refused by every command, and never takes the next option for its value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from registry_gitops.cli.app import app
from tests.cli.running import Run, listing


def options_with_a_value() -> Iterator[Any]:
    for name, command in commands_of(typer.main.get_command(app)):
        for param in command.params:
            if param.param_type_name == "option" and not param.is_flag:
                yield from (pytest.param(name, option, id=f"{name} {option}") for option in param.opts)


def commands_of(group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from ((f"{name} {below}", inner) for below, inner in commands_of(command))
        else:
            yield name, command


OPTIONS = list(options_with_a_value())


def test_every_command_with_such_options_is_tried() -> None:
    tried = {case.values[0] for case in OPTIONS}
    assert tried == {
        *("init", "import", "render", "validate", "diff", "explain", "htpasswd", "secret", "serve", "gc", "smoke"),
        *("status", "chart package", "chart push"),
    }


@pytest.mark.parametrize(("command", "option"), OPTIONS)
@pytest.mark.parametrize("following", ["--help", "--"])
def test_an_option_followed_by_an_option_is_refused(
    cli: Run, tmp_path: Path, command: str, option: str, following: str
) -> None:
    done = cli(*command.split(), option, following)
    assert (done.code, done.out) == (2, "")
    last = done.err.splitlines()[-1]
    assert option in last.partition("no value given: an option follows")[0]
    assert list(listing(tmp_path)) == []


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_at_the_end_or_with_an_empty_value_is_refused(cli: Run, command: str, option: str) -> None:
    assert f"Option '{option}' requires an argument" in cli(*command.split(), option).err
    empty = [(option, "")] if option == "-o" else [(option, ""), (f"{option}=",)]
    for words in empty:
        done = cli(*command.split(), *words)
        assert (done.code, done.out) == (2, "")
        assert option in done.err.splitlines()[-1].partition("the value is empty: ")[0]


@pytest.mark.parametrize(
    "words",
    [("--htpasswd", "--read-only"), ("--htpasswd", "--no-such"), ("--tls-key", "k", "--tls-cert", "--anonymous-pull")],
)
def test_serve_does_not_start_without_the_value_of_an_option(cli: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = cli("serve", "--address", "127.0.0.1:0", "data", "--create", *words)
    assert (done.code, done.out) == (2, "")
    assert "no value given: an option follows" in done.err
    assert list(listing(tmp_path)) == []


@pytest.mark.parametrize(
    "words",
    [
        ("serve", ""),
        ("gc", "", "--dry-run"),
        ("render", ""),
        ("init", ""),
        ("smoke", ""),
        ("htpasswd", ""),
        ("gc", "--", ""),
    ],
)
def test_an_empty_argument_is_refused(cli: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = cli(*words)
    assert (done.code, done.out) == (2, "")
    assert "an argument is empty" in done.err
    assert list(listing(tmp_path)) == []


def test_a_value_that_begins_with_a_hyphen_can_be_joined_to_its_option(cli: Run) -> None:
    assert cli("serve", "--htpasswd=-x", "--address", "127.0.0.1:0").err == "-x: No such file or directory\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("smoke", "x", "--retries", "-1"), "'--retries'"),
        (("smoke", "x", "--wait", "-5s"), '"-5s" is not'),
        (("smoke", "x", "--layer-size", "-1"), '"-1" is not'),
        (("render", "-"), "-: no such file"),
        (("render", "--", "--allow"), "--allow: no such file"),
    ],
)
def test_a_negative_number_or_an_argument_after_two_hyphens_is_no_option(
    cli: Run, words: tuple[str, ...], message: str
) -> None:
    done = cli(*words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err.splitlines()[-1]
