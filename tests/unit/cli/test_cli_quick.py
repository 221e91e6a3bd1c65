"""The way past Typer gives what Typer gives, or leaves it to Typer."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import pytest
import typer

from registry_gitops.cli.commands.serve import serve
from registry_gitops.cli.quick import read


def read_by_typer(words: Sequence[str]) -> dict[str, Any] | None:
    """What Typer calls `serve` with; None where it does not."""
    calls: list[dict[str, Any]] = []

    @functools.wraps(serve)
    def called(**options: Any) -> None:
        calls.append(options)

    app = typer.Typer(rich_markup_mode=None)
    app.command()(called)
    with pytest.raises(SystemExit):
        app(list(words))
    return calls[0] if calls else None


PLAIN = [
    "",
    "data",
    "data --address 0.0.0.0:5000",
    "--address :0 data",
    "--htpasswd users --anonymous-pull --tls-cert a.crt --tls-key a.key data",
    "--read-only --no-delete --max-manifest-size 8Mi --max-concurrency 10",
    "--access-log json --gc-interval 1h",
    "--address [::1]:80 --access-log off",
    "--htpasswd -x --tls-key --help",
]
LEFT_TO_TYPER = [
    "--help",
    "-h",
    "--nonsense",
    "--address",
    "--address=:0",
    "--address nonsense",
    "--address -x",
    "--read-only --read-only",
    "--no-read-only",
    "data more",
    "-- data",
    "--max-concurrency 0",
    "--max-concurrency 10001",
    "--max-concurrency many",
    "--access-log yaml",
    "--gc-interval soon",
    "--max-manifest-size 4MB",
]


@pytest.mark.parametrize("words", PLAIN)
def test_what_is_plain_is_read_as_typer_reads_it(words: str) -> None:
    found = read(serve, words.split())
    assert found is not None
    assert found == read_by_typer(words.split())


@pytest.mark.parametrize("words", LEFT_TO_TYPER)
def test_what_is_not_is_left_to_typer(words: str) -> None:
    assert read(serve, words.split()) is None
