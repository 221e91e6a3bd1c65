"""The rim of the program: every end of a command becomes an exit code and, if need be, a line on stderr."""

from __future__ import annotations

import io
import sys

import pytest
import requests
import typer

import registry_gitops
from registry_gitops.cli import streams
from registry_gitops.cli.commands import COMMAND_GROUPS, COMMANDS
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.errors import EditedError, InputError
from registry_gitops.findings import Finding, Location
from tests.cli.running import Outcome, Run, Terminal

WRONG = Finding(id="wrong", message="no", location=Location("a.yaml", 3, 1, "x"))


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
        (InputError.single("no"), 2, "error: no\n"),
        (
            InputError([WRONG, Finding(id="nor", message="nor")]),
            2,
            "a.yaml:3:1: x: no\nerror: nor\n",
        ),
        (EditedError.single("edited", "a.yaml"), 1, "a.yaml: edited\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (typer.Exit(3), 3, ""),
    ],
)
def test_each_way_to_end_has_its_code_and_its_line(ending: Run, error: BaseException, code: int, err: str) -> None:
    assert ending(error) == Outcome(code, "", err)


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("by hunter2"),
        PermissionError(13, "Permission denied", "a.yaml"),
        OSError("strange hunter2"),
        EOFError(),
        BrokenPipeError(32, "Broken pipe"),
        requests.ConnectionError("https://me:hunter2@registry.example.com"),
    ],
)
def test_an_error_that_no_user_has_made_is_an_internal_error_in_one_line(ending: Run, error: Exception) -> None:
    done = ending(error)
    assert (done.code, done.out) == (ExitCode.INTERNAL_ERROR, "")
    assert done.err == (
        f"error: internal error in registry-gitops {registry_gitops.__version__}: {type(error).__name__} at "
        f"cli/commands/schema.py:{done.err.partition('.py:')[2].partition(':')[0]}: "
        "set REGISTRY_GITOPS_TRACEBACK=1, run the command again, and report it with the traceback\n"
    )


def test_the_traceback_of_an_internal_error_shows_no_credentials_and_no_variables(
    ending: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_GITOPS_TRACEBACK", "1")
    error = RuntimeError("lost")
    error.__cause__ = requests.ConnectionError("GET https://me:hunter2@registry.example.com/v2/?token=t0psecret")
    done = ending(error)
    assert (done.code, done.out) == (70, "")
    assert "\nTraceback (most recent call last):\n" in done.err
    assert "@registry.example.com" in done.err
    assert "hunter2" not in done.err
    assert "t0psecret" not in done.err
    assert done.err.endswith(
        f"\nRuntimeError: lost\nerror: internal error in registry-gitops {registry_gitops.__version__}: "
        "please report it with the traceback above\n"
    )


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
    assert [line.split()[0] for line in lines] == [*(command.__name__ for command in COMMANDS), *COMMAND_GROUPS]
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)
