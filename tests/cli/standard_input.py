"""Standard input of the command line: a pipe, or a terminal on which a user types secrets."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from tests.cli.running import Outcome, Run, Terminal

Pipe = Callable[..., Outcome]


@pytest.fixture
def piped_to(cli: Run, monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """`piped_to(b"hunter2", "secret", "redis")` runs a command with these bytes on stdin."""

    def run(stdin: bytes, *arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        return cli(*arguments)

    return run


@pytest.fixture
def typed_to(cli: Run, monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """`typed_to(answer, "secret", "redis")` runs a command on a terminal, on which `answer(prompt)` is typed.

    A LookupError of `answer` is the end of the input.
    """

    def run(answer: Callable[[str], str], *arguments: str) -> Outcome:
        def getpass(prompt: str) -> str:
            try:
                return answer(prompt)
            except LookupError:
                raise EOFError from None

        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr("registry_gitops.cli.passwords.getpass", getpass)
        return cli(*arguments)

    return run
