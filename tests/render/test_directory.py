"""Writing is all or nothing, and touches only files that we wrote."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from registry_gitops.errors import InputError
from registry_gitops.render import Action, format_diff, plan_changes, write_plan, write_plans, write_tree

LIST = ".registry-gitops.sha256"
OLD = {"a.yaml": "a: 1\n", "chart/templates/b.yaml": "b: 1\n", "gone/c.yaml": "c: 1\n"}
CHANGED = "was changed by another program at the same time: run this again"
NEW = {"a.yaml": "a: 2\n", "chart/templates/b.yaml": "b: 1\n", "new/d.yaml": "d: 1\n"}


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LIST
    }


def actions(tree: dict[str, str], folder: Path) -> dict[str, Action]:
    return {change.path: change.action for change in plan_changes(tree, folder).changes}


def test_a_tree_is_written_and_written_again_without_touching_anything(tmp_path: Path) -> None:
    folder = tmp_path / "not/there/yet"
    write_tree(OLD, folder)
    assert files(folder) == OLD
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert write_tree(OLD, folder).pending == ()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_what_changed_is_replaced_and_what_no_longer_belongs_is_removed(tmp_path: Path) -> None:
    write_tree(OLD, tmp_path)
    assert actions(NEW, tmp_path) == {
        "a.yaml": Action.UPDATE,
        "chart/templates/b.yaml": Action.KEEP,
        "gone/c.yaml": Action.DELETE,
        "new/d.yaml": Action.CREATE,
    }
    write_tree(NEW, tmp_path)
    assert files(tmp_path) == NEW
    assert not (tmp_path / "gone").exists()


def test_the_list_can_be_checked_with_sha256sum(tmp_path: Path) -> None:
    write_tree(NEW, tmp_path)
    done = subprocess.run(["sha256sum", "--check", "--strict", LIST], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.count(b": OK") == len(NEW)


def test_a_file_of_the_user_beside_ours_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone/mine.yaml").write_text("mine\n")
    write_tree(OLD, tmp_path)
    write_tree(NEW, tmp_path)
    assert files(tmp_path) == {**NEW, "gone/mine.yaml": "mine\n"}


@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_is_not_ours_is_never_replaced_and_nothing_else_is_written(tmp_path: Path, force: bool) -> None:
    (tmp_path / "a.yaml").write_text("mine\n")
    with pytest.raises(InputError, match="a.yaml: exists, but registry-gitops did not write it"):
        write_tree(OLD, tmp_path, force=force)
    assert files(tmp_path) == {"a.yaml": "mine\n"}


def test_a_file_with_the_very_text_becomes_ours(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OLD["a.yaml"])
    write_tree(OLD, tmp_path)
    write_tree(NEW, tmp_path)
    assert files(tmp_path) == NEW


@pytest.mark.parametrize("path", ["a.yaml", "gone/c.yaml"])
def test_an_edit_by_hand_is_kept_until_it_is_discarded(tmp_path: Path, path: str) -> None:
    write_tree(OLD, tmp_path)
    (tmp_path / path).write_text("edited\n")
    with pytest.raises(InputError, match=f"{path}: was edited after rendering: .*--force"):
        write_tree(NEW, tmp_path)
    assert files(tmp_path) == {**OLD, path: "edited\n"}
    write_tree(NEW, tmp_path, force=True)
    assert files(tmp_path) == NEW


def test_a_file_that_was_removed_by_hand_is_written_again(tmp_path: Path) -> None:
    write_tree(OLD, tmp_path)
    (tmp_path / "a.yaml").unlink()
    assert actions(OLD, tmp_path)["a.yaml"] is Action.CREATE
    write_tree(OLD, tmp_path)
    assert files(tmp_path) == OLD


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    write_tree(OLD, tmp_path)
    (tmp_path / "a.yaml").chmod(0o600)
    write_tree(NEW, tmp_path)
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "line", ["nonsense", "<<<<<<< HEAD", f"{64 * '0'}  ../outside", f"{64 * '0'}  /etc/passwd", "0  a.yaml"]
)
def test_a_list_that_leads_out_of_the_folder_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / LIST).write_text(line + "\n")
    with pytest.raises(InputError, match=f"{LIST}:1:1: is not a line of this list"):
        plan_changes(OLD, tmp_path)


def test_a_folder_where_a_file_should_be_is_one_clear_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    with pytest.raises(InputError, match="a.yaml: cannot be read: Is a directory"):
        write_tree(OLD, tmp_path)
    (tmp_path / "a.yaml").rmdir()
    (tmp_path / "chart").write_text("a file\n")
    with pytest.raises(InputError, match="cannot be written: .*; nothing was changed"):
        write_tree(OLD, tmp_path)
    assert files(tmp_path) == {"chart": "a file\n"}


def test_write_to_a_file_or_a_dangling_link_says_that_it_is_not_a_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file\n")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(InputError, match=f"/{name}: cannot be written: not a directory; nothing was changed$"):
            write_tree(OLD, tmp_path / name)
    assert not (tmp_path / "nowhere").exists()


def test_writers_of_one_directory_at_the_same_time_leave_it_whole(tmp_path: Path) -> None:
    trees = [{f"{name}{n}.yaml": name for n in range(30)} | {"shared.yaml": name} for name in "ab"]
    for turn in range(10):
        folder = tmp_path / str(turn)
        refused: list[str] = []

        def run(tree: dict[str, str], folder: Path = folder, refused: list[str] = refused) -> None:
            try:
                write_tree(tree, folder)
            except InputError as error:
                refused.append(str(error))

        threads = [threading.Thread(target=run, args=[tree]) for tree in (*trees, *trees)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) < len(threads)
        assert any(not plan_changes(tree, folder).pending for tree in trees)


def test_write_plan_refuses_a_plan_that_the_files_have_left_behind(tmp_path: Path) -> None:
    old = plan_changes(OLD, tmp_path)
    write_tree(NEW, tmp_path)
    before = files(tmp_path)
    with pytest.raises(InputError, match=CHANGED):
        write_plan(old, force=True)
    assert files(tmp_path) == before


def test_an_error_in_the_middle_takes_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(OLD, tmp_path)
    replace, done = Path.replace, list[Path]()

    def failing(self: Path, target: Path) -> Path:
        if len(done) == 3:
            done.append(target)
            raise OSError(28, os.strerror(28), str(target))
        done.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(InputError, match="No space left on device; nothing was changed"):
        write_tree(NEW, tmp_path)
    monkeypatch.undo()
    assert files(tmp_path) == OLD
    assert not (tmp_path / "new").exists()
    assert actions(OLD, tmp_path) == dict.fromkeys(OLD, Action.KEEP)


@pytest.mark.parametrize("renames", [1, 4, 6, 9])
def test_an_error_in_one_directory_takes_back_what_was_written_to_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    write_tree(OLD, tmp_path / "a")
    write_tree(OLD, tmp_path / "b")
    places = [tmp_path / name for name in ("a", "new/c", "b")]
    plans = [plan_changes(NEW, place) for place in places]
    before = {str(path): path.is_dir() or path.read_bytes() for path in tmp_path.rglob("*")}
    replace, done = Path.replace, list[Path]()

    def failing(self: Path, target: Path) -> Path:
        done.append(target)
        if len(done) == renames:
            raise OSError(28, os.strerror(28), str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(InputError, match="No space left on device; nothing was changed"):
        write_plans(plans)
    monkeypatch.undo()
    assert {str(path): path.is_dir() or path.read_bytes() for path in tmp_path.rglob("*")} == before
    write_plans(plans)
    assert [files(place) for place in places] == [NEW] * 3


@pytest.mark.tools
@pytest.mark.parametrize("renames", range(4))
def test_a_run_that_was_killed_leaves_whole_files_and_the_next_run_knows_them(tmp_path: Path, renames: int) -> None:
    write_tree(OLD, tmp_path)
    program = f"""
import os, signal
from pathlib import Path
from registry_gitops.render import write_tree
replace, left = Path.replace, [{renames}]
def killing(self, target):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return replace(self, target)
Path.replace = killing
write_tree({NEW!r}, {str(tmp_path)!r})
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = {path: text for path, text in files(tmp_path).items() if not path.startswith(".registry-gitops.tmp-")}
    assert all(text in (OLD.get(path), NEW.get(path)) for path, text in left.items())
    third = {**NEW, "a.yaml": "a: 3\n"}
    write_tree(third, tmp_path)
    assert files(tmp_path) == third


def test_the_diff_is_what_git_would_show(tmp_path: Path) -> None:
    write_tree(OLD, tmp_path)
    assert "\n".join(format_diff(plan_changes(NEW, tmp_path))) == (
        "--- a/a.yaml\n+++ b/a.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n"
        "--- a/gone/c.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-c: 1\n"
        "--- /dev/null\n+++ b/new/d.yaml\n@@ -0,0 +1 @@\n+d: 1"
    )
    subprocess.run(
        ["git", "apply", "-"],
        cwd=tmp_path,
        input="\n".join(format_diff(plan_changes(NEW, tmp_path))) + "\n",
        text=True,
        check=True,
    )
    assert {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files(tmp_path).items()} == {
        path: hashlib.sha256(text.encode()).hexdigest() for path, text in NEW.items()
    }
