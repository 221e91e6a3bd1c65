"""A directory is read as Git sees it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry_gitops.documents import find_files, read_file
from registry_gitops.errors import InputError

FILES = [
    *("a.yaml", "b.yml", "c.json", ".hidden.yaml", ".github/a.yaml", "node_modules/a.yaml", "sub/a.yaml"),
    *("sub/deep/a.yaml", "sub/deep/er/b.yaml", "build/a.yaml", "sub/build/x.yaml", "build.yaml", "x y.yaml"),
    *("tmp-1.yaml", "tmp-2.yaml", "[a].yaml", "#a.yaml", "!a.yaml", "A.yaml", "é.yaml"),
]


def create(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a: 1\n")


def git(folder: Path, *arguments: str, stdin: str = "") -> list[str]:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, input=stdin, env=environment, check=False
    )
    return [name for name in done.stdout.split("\0") if name]


def visible(name: str) -> bool:
    parts = name.split("/")
    return name.endswith((".yaml", ".yml")) and not any(p.startswith(".") or p == "node_modules" for p in parts)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "-q")
    create(folder, *FILES)
    return folder


PATTERNS = [
    *("*.yaml", "a.yaml", "/a.yaml", "sub", "sub/", "/sub/", "sub/a.yaml", "sub/*", "sub/**", "**/build", "**/a.yaml"),
    *("a/**/b", "sub/**/b.yaml", "!a.yaml", "!/sub/", "!sub/deep/", "build", "build/", "*/build/", "/*/", "/*", "**"),
    *("tmp-?.yaml", "tmp-[1].yaml", "tmp-[!1].yaml", "tmp-[^1]*", "[a", "\\[a].yaml", "[[]a].yaml", "\\#a.yaml"),
    *("#a.yaml", "\\!a.yaml", "x\\ y.yaml", "x y.yaml   ", "[[:upper:]].yaml", "[a-c].y*ml", "***/a.yaml", "a.yaml\\"),
    *("sub/deep/**/", "**/", "/**/a.yaml", "sub**", "*", "!*/", "!*.yml", "", "é.yaml", "?.yaml", "deep/er", "er/"),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(PATTERNS), max_size=4),
    st.lists(st.sampled_from(PATTERNS), max_size=2),
    st.lists(st.sampled_from(PATTERNS), max_size=1),
)
@example(["/*", "!/sub/"], [], [])
@example(["*.yaml"], ["!a.yaml"], ["sub"])
def test_ignored_files_are_those_of_git(repository: Path, top: list[str], below: list[str], own: list[str]) -> None:
    (repository / ".gitignore").write_text("\n".join(top))
    (repository / "sub/.gitignore").write_text("\r\n".join(below))
    (repository / ".git/info/exclude").write_text("\n".join(own))
    listed = git(repository, "ls-files", "-z", "--others", "--exclude-standard")
    found = [os.path.relpath(path, repository) for path in find_files([str(repository)])]
    assert sorted(found) == sorted(filter(visible, listed))


def test_each_pattern_ignores_what_git_ignores(repository: Path) -> None:
    (repository / "sub/.gitignore").write_text("")
    (repository / ".git/info/exclude").write_text("")
    for pattern in PATTERNS:
        (repository / ".gitignore").write_text(f"{pattern}\n")
        listed = git(repository, "ls-files", "-z", "--others", "--exclude-standard")
        found = [os.path.relpath(path, repository) for path in find_files([str(repository)])]
        assert sorted(found) == sorted(filter(visible, listed)), pattern


def test_patterns_above_the_directory_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path, "apps/a.yaml", "apps/out/b.yaml", ".git/x")
    (tmp_path / ".gitignore").write_text("/apps/out/\n")
    monkeypatch.chdir(tmp_path / "apps")
    assert list(find_files(["."])) == ["a.yaml"]
    assert list(find_files(["out"])) == []
    assert list(find_files(["out/b.yaml"])) == ["out/b.yaml"]


def test_names_are_those_that_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path, "a/b.yaml")
    monkeypatch.chdir(tmp_path)
    assert [list(find_files([path])) for path in (".", "./", "a", "a/", "./a", str(tmp_path))] == [
        *(["a/b.yaml"], ["a/b.yaml"], ["a/b.yaml"], ["a/b.yaml"], ["./a/b.yaml"], [f"{tmp_path}/a/b.yaml"]),
    ]


def test_no_file_is_read_twice(tmp_path: Path) -> None:
    create(tmp_path, "a/b.yaml", "other/c.yaml")
    root = tmp_path / "root"
    create(root, "x.yaml", "sub/y.yaml")
    (root / "loop").symlink_to(root)
    (root / "up").symlink_to(tmp_path)
    (root / "sub/x.yaml").symlink_to("../x.yaml")
    (root / "a").symlink_to(tmp_path / "a")
    (root / "again").symlink_to(tmp_path / "a")
    (root / "c.yaml").symlink_to(tmp_path / "other/c.yaml")
    (root / "gone.yaml").symlink_to("nowhere.yaml")
    (root / "itself").symlink_to("itself")
    (root / "itself.yaml").symlink_to("itself.yaml")
    found = [os.path.relpath(path, root) for path in find_files([str(root), str(root / "sub"), str(root / "x.yaml")])]
    assert found == ["c.yaml", "x.yaml", "a/b.yaml", "sub/y.yaml"]


def test_stdin_is_a_file() -> None:
    assert list(find_files(["-", "-"])) == ["-"]


def test_closed_stdin_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match="cannot read the file: stdin is closed"):
        read_file("-")


def test_deleted_working_directory_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(InputError, match="the working directory was deleted"):
        list(find_files(["."]))


@pytest.mark.parametrize("name", ["missing.yaml", "directory.yaml"])
def test_unreadable_path_is_one_clear_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "directory.yaml").mkdir()
    with pytest.raises(InputError, match="cannot read the file"):
        read_file(str(tmp_path / name))


def test_a_large_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(65 * 2**20)
    assert [problem.rule_id for problem in read_file(str(path)).problems] == ["unreadable-file"]
