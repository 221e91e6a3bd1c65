"""The rim of the program: every end of a command becomes an exit code and, if need be, a line on stderr."""

from __future__ import annotations

import io
import sys

import pytest
import typer

import registry_gitops
from registry_gitops.cli import program, streams
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.errors import EditedError, InputError, Problem
from tests.cli.running import Outcome, Run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def ending(cli: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command that ends with this exception."""

    def run(error: BaseException) -> Outcome:
        def fail() -> None:
            raise error

        monkeypatch.setattr("registry_gitops.schema.values_schema", fail)
        return cli("schema", "values")

    return run


def test_the_version_is_that_of_the_package(cli: Run) -> None:
    assert cli("--version") == Outcome(0, f"registry-gitops {registry_gitops.__version__}\n", "")


def test_without_a_command_the_help_is_shown(cli: Run) -> None:
    done = cli()
    assert done.code == ExitCode.INPUT
    assert "Commands:\n  init " in done.out + done.err


@pytest.mark.parametrize(
    ("error", "code", "err"),
    [
        (InputError.of("no"), 2, "error: no\n"),
        (InputError([Problem("no", "a.yaml", 3, 1, "x"), Problem("nor")]), 2, "a.yaml:3:1: x: no\nerror: nor\n"),
        (EditedError.of("edited", "a.yaml"), 1, "a.yaml: edited\n"),
        (PermissionError(13, "Permission denied", "a.yaml"), 2, "a.yaml: Permission denied\n"),
        (OSError("strange"), 2, "error: strange\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (typer.Exit(3), 3, ""),
    ],
)
def test_each_way_to_end_has_its_code_and_its_line(ending: Run, error: BaseException, code: int, err: str) -> None:
    assert ending(error) == Outcome(code, "", err)


def test_a_mistake_of_ours_keeps_its_traceback_and_shows_no_variables(ending: Run) -> None:
    done = ending(ZeroDivisionError("by zero"))
    assert (done.code, done.out) == (ExitCode.BUG, "")
    assert done.err.startswith("Traceback (most recent call last):\n")
    assert "ZeroDivisionError: by zero\nerror: this is a mistake in registry-gitops " in done.err
    assert "error = " not in done.err


@pytest.mark.parametrize(
    ("stream", "environment", "wanted"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, environment: dict[str, str], wanted: bool
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", stream)
    diff = ["--- a/x", "+++ b/x", "@@ -1 +1 @@", "-old", "+new", " same"]
    shown = list(streams.colorize_diff(diff))
    assert (shown != diff) == wanted
    if wanted:
        assert shown[3:5] == ["\x1b[31m-old\x1b[0m", "\x1b[32m+new\x1b[0m"]


def test_every_command_is_in_the_help_with_a_whole_sentence(cli: Run) -> None:
    lines = cli("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == [command.__name__ for command in program.COMMANDS]
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)
