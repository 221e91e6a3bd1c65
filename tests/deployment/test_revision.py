"""Which revision of a config file a report names."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from registry_gitops.deployment import read_revision

CONTENT = "namespace: images\n"
DIGEST = f"sha256:{hashlib.sha256(CONTENT.encode()).hexdigest()}"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "apps" / "registry.yaml"
    file.parent.mkdir()
    file.write_text(CONTENT)
    return file


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    command = ["git", *identity, "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_file_outside_of_a_repository_has_its_digest(config: Path) -> None:
    assert read_revision(config) == DIGEST
    assert read_revision(config.with_name("none.yaml")) == ""


def test_file_of_a_commit_has_the_commit_and_says_if_it_differs(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet")
    assert read_revision(config) == DIGEST  # no commit yet
    (tmp_path / "other").write_text("")
    git(tmp_path, "add", "other")
    git(tmp_path, "commit", "--quiet", "-m", "One")
    assert read_revision(config) == DIGEST  # not in it
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "Two")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert read_revision(config) == commit
    monkeypatch.chdir(config.parent)
    assert read_revision(Path("registry.yaml")) == commit
    (tmp_path / "other").write_text("changed")
    assert read_revision(config) == commit
    config.write_text("{}")
    assert read_revision(config) == f"{commit}-dirty"


def test_ignored_file_and_one_without_git_have_their_digest(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("apps\n")
    git(tmp_path, "add", ".gitignore")
    git(tmp_path, "commit", "--quiet", "-m", "One")
    assert read_revision(config) == DIGEST
    monkeypatch.setenv("PATH", "")
    assert read_revision(config) == DIGEST
