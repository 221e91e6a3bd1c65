"""busybox is there, and where nothing can give one, that is said in a sentence."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import busybox


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_it_has_the_programs_that_a_script_in_the_image_uses(tool: Callable[[str], Path]) -> None:
    listed = subprocess.run([tool("busybox"), "--list"], capture_output=True, text=True, check=True).stdout.split()
    assert {"sh", "nc", "sha256sum", "wc"} <= set(listed)


def test_one_on_path_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "busybox", "echo mine")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert busybox.main(tmp_path / "copy") == 0
    assert (tmp_path / "copy").read_text() == (tmp_path / "busybox").read_text()
    assert (tmp_path / "copy").stat().st_mode & 0o111


def test_without_apt_it_is_to_be_installed_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert busybox.main(tmp_path / "copy") == 2
    assert "install it" in capsys.readouterr().err


def test_a_failed_fetch_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path, "apt-get", "exit 100")
    program(tmp_path, "dpkg-deb", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert busybox.main(tmp_path / "copy") == 2
    assert capsys.readouterr().err == "busybox is not on PATH, and apt-get could not fetch busybox-static.\n"
