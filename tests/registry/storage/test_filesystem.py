"""What only a storage on a disk has to do: links, other processes, a disk that is full, gone or read-only."""

from __future__ import annotations

import errno
import fcntl
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.registry.storage import FileStorage, Storage

from .test_storage import drafted, moment


def scratch(top: Path) -> list[str]:
    """What is in the scratch folders of all processes."""
    return sorted(str(path.relative_to(top / "_scratch")) for path in (top / "_scratch").glob("*/*"))


def living(root: Path) -> subprocess.Popen[str]:
    """Another process that has a storage there, and a file in its scratch folder."""
    program = """
import sys
from pathlib import Path
from registry_gitops.registry.storage import FileStorage
storage = FileStorage(Path(sys.argv[1]))
(own,) = [path for path in Path(sys.argv[1]).glob("docker/registry/v2/_scratch/*") if not any(path.iterdir())]
(own / "left").write_text("x")
print(own, flush=True)
sys.stdin.read()
"""
    arguments = [sys.executable, "-c", program, str(root)]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> Path:
    assert process.stdout
    return Path(process.stdout.readline().strip())


def test_the_layout_is_distributions(files: FileStorage, tmp_path: Path) -> None:
    files.publish({"blobs/sha256/ab/abcd/data": b"x"})
    assert (tmp_path / "docker/registry/v2/blobs/sha256/ab/abcd/data").read_bytes() == b"x"


def test_what_was_published_is_there_for_the_next_process(files: FileStorage, tmp_path: Path) -> None:
    files.publish({"a/link": b"x"})
    files.close()
    again = FileStorage(tmp_path)
    assert again.read("a/link") == b"x"
    again.close()


def test_a_file_of_the_same_content_is_not_written_again(files: FileStorage, top: Path) -> None:
    files.publish({"a/link": b"x", "a/other": b"y"})
    before = (top / "a/link").stat().st_ino
    files.publish({"a/link": b"x", "a/other": b"yy"})
    assert (top / "a/link").stat().st_ino == before
    assert files.read("a/other") == b"yy"


def test_nothing_is_left_in_the_scratch_folder(files: FileStorage, top: Path) -> None:
    files.publish({"a/data": drafted(files, "up/1/data", b"x"), "b/link": b"1"}, {"c/d/link": b"2"})
    files.publish({"a/data": drafted(files, "up/2/data", b"x"), "b/link": b"3"}, {"c/d/link": b"4"})
    files.expire("a", math.inf)
    files.remove("c")
    files.probe()
    assert scratch(top) == []
    files.close()
    assert list((top / "_scratch").iterdir()) == []


def test_only_scratch_of_dead_processes_is_removed(tmp_path: Path, top: Path) -> None:
    with living(tmp_path) as dead:
        # Before the other one starts: each finds its own directory as the only empty one.
        of_the_dead = said(dead)
        with living(tmp_path) as alive:
            of_the_living = said(alive)
            dead.send_signal(signal.SIGKILL)
            dead.wait()
            assert (of_the_dead / "left").exists()
            storage = FileStorage(tmp_path)
            assert not of_the_dead.exists()
            assert (of_the_living / "left").exists()
            storage.close()
            alive.kill()


def test_storage_opens_while_another_process_deletes_the_scratch_of_a_dead_one(
    tmp_path: Path, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = top / "_scratch/dead"
    dead.mkdir(parents=True)
    flock = fcntl.flock

    def delete_and_lock(file: int, operation: int) -> None:
        if dead.exists() and os.path.samestat(os.fstat(file), dead.stat()):
            shutil.rmtree(dead)
        flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", delete_and_lock)
    FileStorage(tmp_path).close()
    assert scratch(top) == []
    assert not dead.exists()


def test_what_a_dead_process_had_only_laid_aside_is_put_back(tmp_path: Path, top: Path) -> None:
    dead = top / "_scratch/dead"
    for number, name in enumerate(("data", "taken")):
        (dead / f"{number}").mkdir(parents=True)
        (dead / f"{number}/link").write_text("old")
        (dead / f"{number}.back").symlink_to(f"blobs/{name}")
    (dead / "2").write_text("old")
    (dead / "2.back").symlink_to("blobs/file")
    (dead / "3.back").symlink_to("blobs/never")
    (dead / "4").write_text("evil")
    (dead / "4.back").symlink_to("../../../outside")
    (top / "blobs/taken").mkdir(parents=True)
    (top / "blobs/taken/link").write_text("new")
    storage = FileStorage(tmp_path)
    assert [storage.read(f"blobs/{name}") for name in ("data/link", "taken/link", "file")] == [b"old", b"new", b"old"]
    assert storage.names("blobs") == ["data", "file", "taken"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docker"]
    assert not dead.exists()
    storage.close()


class Meanwhile(dict[str, bytes]):
    """Files to publish, between the first and the second of which something happens once."""

    happens: Callable[[], object]

    def items(self) -> Any:
        for number, item in enumerate(super().items()):
            if number == 1:
                happens, self.happens = self.happens, lambda: None
                happens()
            yield item


def test_a_folder_that_somebody_else_makes_meanwhile_holds_what_both_put_there(tmp_path: Path, top: Path) -> None:
    storage, other = FileStorage(tmp_path), FileStorage(tmp_path)
    ours = Meanwhile({"new/tags/1/index/link": b"x", "new/tags/1/current/link": b"x"})
    ours.happens = lambda: other.publish({"new/revisions/1/link": b"y", "new/tags/2/current/link": b"y"})
    storage.publish({}, ours)
    assert storage.names("new") == ["revisions", "tags"]
    assert storage.names("new/tags") == ["1", "2"]
    assert [storage.read(f"new/tags/{tag}/current/link") for tag in (1, 2)] == [b"x", b"y"]
    assert scratch(top) == []
    storage.close()
    other.close()


def test_a_folder_that_somebody_else_removes_meanwhile_is_made_again(tmp_path: Path, top: Path) -> None:
    storage, other = FileStorage(tmp_path), FileStorage(tmp_path)
    storage.publish({"tags/1/index/link": b"x", "tags/1/current/link": b"x"})
    ours = Meanwhile({"tags/1/index/link": b"y", "tags/1/current/link": b"y"})
    ours.happens = lambda: [other.remove("tags/1"), other.prune("tags")]
    storage.publish({}, ours)
    assert [storage.read(f"tags/1/{name}/link") for name in storage.names("tags/1")] == [b"y", b"y"]
    assert scratch(top) == []
    storage.close()
    other.close()


def test_a_folder_that_somebody_else_prunes_meanwhile_does_not_spoil_a_removal(
    files: FileStorage, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.publish({"a/b/c/link": b"x", "a/link": b"x"})
    rename = os.rename

    def rename_and_prune(source: str, target: str) -> None:
        rename(source, target)
        (top / "a/b").rmdir()

    monkeypatch.setattr(os, "rename", rename_and_prune)
    assert files.remove("a/b/c")
    assert files.names("a") == ["link"]
    assert scratch(top) == []


class Late(FileStorage):
    """A storage in which something happens to what expires at the last moment: after it was looked at."""

    happens: Callable[[], object] = staticmethod(lambda: None)

    def _is_old(self, place: str, witness: str | None, before: float) -> bool:
        old = super()._is_old(place, witness, before)
        happens, self.happens = self.happens, lambda: None
        happens()
        return old


@pytest.mark.parametrize("path", ["blob", "blob/data"])
def test_what_is_touched_at_the_last_moment_stays(path: str, tmp_path: Path, top: Path) -> None:
    storage = Late(tmp_path)
    storage.publish({"blob/data": b"x", "witness": b"x"})
    then = moment()
    storage.happens = lambda: storage.touch("blob/data")
    assert not storage.expire(path, then)
    storage.happens = lambda: storage.touch("witness")
    assert not storage.expire(path, moment() - 1000, witness="witness")
    assert storage.read("blob/data") == b"x"
    assert scratch(top) == []
    storage.close()


class Unsure(FileStorage):
    """A storage that cannot look at what it has laid aside, nor put it back as long as something is in the way."""

    looks = 0

    def _is_old(self, place: str, witness: str | None, before: float) -> bool:
        self.looks += 1
        if self.looks == 2:
            raise OSError(errno.EIO, "cannot be read")
        return super()._is_old(place, witness, before)


@pytest.mark.parametrize("path", ["a/blob", "a/blob/data"])
def test_what_was_laid_aside_and_cannot_be_looked_at_is_put_back(path: str, tmp_path: Path, top: Path) -> None:
    storage = Unsure(tmp_path)
    storage.publish({"a/blob/data": b"x"})
    with pytest.raises(OSError, match="read"):
        storage.expire(path, moment())
    assert storage.read("a/blob/data") == b"x"
    assert scratch(top) == []
    storage.close()


def test_what_is_put_back_may_find_its_folder_gone(tmp_path: Path, top: Path) -> None:
    storage = Late(tmp_path)
    storage.publish({"a/blob/data": b"x"})

    def prune() -> None:
        storage.touch("a/blob/data")
        storage.happens = (top / "a").rmdir

    then, storage.happens = moment(), prune
    assert not storage.expire("a/blob", then)
    assert storage.read("a/blob/data") == b"x"
    storage.close()


@pytest.mark.parametrize("next_call", ["change", "close"])
def test_what_could_not_be_put_back_is_put_back_by_the_next(next_call: str, tmp_path: Path, top: Path) -> None:
    storage = Late(tmp_path)
    storage.publish({"a/blob/data": b"x"})

    def spoil() -> None:
        storage.touch("a/blob/data")
        storage.happens = lambda: [(top / "a").rename(top / "away"), (top / "a").write_text("in the way")]

    then, storage.happens = moment(), spoil
    with pytest.raises(OSError, match="a file"):
        storage.expire("a/blob", then)
    (top / "a").unlink()
    if next_call == "change":
        storage.publish({"b/link": b"1"})
    else:
        storage.close()
    assert storage.read("a/blob/data") == b"x"
    assert scratch(top) == []
    storage.close()


@pytest.mark.parametrize("path", ["a/link", "a/b/link"])
@pytest.mark.parametrize("what", ["a folder", "a file"])
def test_symbolic_links_are_not_followed(what: str, path: str, files: FileStorage, tmp_path: Path, top: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "b").mkdir(parents=True)
    (outside / "link").write_text("secret")
    (outside / "b/link").write_text("secret")
    if what == "a folder":
        (top / "a").symlink_to(outside)
    else:
        (top / path).parent.mkdir(parents=True)
        (top / path).symlink_to(outside / "link")
    folder = str(Path(path).parent)
    assert files.read(path) is None
    assert files.stat(path) is None
    assert files.open(path) is None
    assert not files.touch(path)
    assert files.draft(path, new=False) is None
    if what == "a folder":
        assert files.names(folder) == []
        assert not files.remove(path)
        assert not files.expire(path, math.inf)
        assert not files.prune(folder)
        with pytest.raises(OSError, match="symbolic link"):
            files.publish({path: b"x"})
        with pytest.raises(OSError, match="symbolic link"):
            files.draft(f"{folder}/other", new=True)
    else:
        files.publish({path: b"x"})
        assert files.read(path) == b"x"
    assert (outside / path[2:]).read_text() == "secret"
    assert (outside / "link").read_text() == "secret"


def test_a_pipe_keeps_nobody_waiting(files: FileStorage, top: Path) -> None:
    os.mkfifo(top / "data")
    assert files.stat("data") is None
    assert files.read("data") == b""
    with pytest.raises(OSError, match="no file"):
        files.draft("data", new=False)


def ways_to_ask(storage: Storage) -> list[Callable[[], object]]:
    return [
        lambda: storage.read("a/link"),
        lambda: storage.stat("a/link"),
        lambda: storage.open("a/link"),
        lambda: storage.names("a"),
        lambda: storage.names("a/b"),
        lambda: storage.touch("a/link"),
        lambda: storage.publish({"a/link": b"x"}),
        lambda: storage.publish({"a/b/other": b"x"}),
        lambda: storage.remove("a/link"),
        lambda: storage.expire("a", math.inf),
        lambda: storage.prune("a"),
        lambda: storage.draft("a/new", new=True),
        lambda: storage.draft("c/d/new", new=True),
        lambda: storage.draft("a/new", new=False),
        lambda: storage.probe(),
    ]


@pytest.mark.parametrize("instead", ["nothing", "another root"])
def test_nothing_is_said_to_be_missing_while_the_root_is(instead: str, tmp_path: Path) -> None:
    root, away = tmp_path / "root", tmp_path / "away"
    storage = FileStorage(root)
    storage.publish({"a/link": b"x"})
    root.rename(away)
    if instead == "another root":
        (root / "docker/registry/v2").mkdir(parents=True)
    for ask in ways_to_ask(storage):
        with pytest.raises(OSError, match="gone") as caught:
            ask()
        assert caught.value.errno == errno.ENODEV
    shutil.rmtree(root, ignore_errors=True)
    away.rename(root)
    assert storage.read("a/link") == b"x"
    storage.publish({"a/b/other": b"x"}, {"a/link": b"y"})
    storage.probe()
    storage.close()


def test_a_read_only_storage_writes_nothing(tmp_path: Path, files: FileStorage, top: Path) -> None:
    files.publish({"a/link": b"x", "b/link": b"x"})
    files.remove("b/link")
    files.close()
    before = [(path, path.stat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))]
    storage = FileStorage(tmp_path, read_only=True)
    assert storage.read("a/link") == b"x"
    assert storage.names("a") == ["link"]
    assert storage.touch("a/link")
    assert not storage.touch("a/other")
    storage.probe()
    for change in (
        lambda: storage.publish({"a/link": b"y"}),
        lambda: storage.remove("a/link"),
        lambda: storage.expire("a", math.inf),
        lambda: storage.prune("b"),
        lambda: storage.draft("a/new", new=True),
    ):
        with pytest.raises(OSError, match="Read-only"):
            change()
    storage.close()
    assert [(path, path.stat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))] == before


def test_a_read_only_storage_needs_a_root(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileStorage(tmp_path, read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_root_that_is_a_file_is_refused(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):  # noqa: PT011
        FileStorage(tmp_path / "file", read_only=read_only)


def test_a_draft_is_what_it_was_after_an_append_that_failed(files: FileStorage, top: Path) -> None:
    import resource

    draft = drafted(files, "up/data", b"abc")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5, limit[1]))
        with pytest.raises(OSError, match="too large"):
            draft.append(memoryview(b"defghi"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert draft.size == 3
    assert (top / "up/data").read_bytes() == b"abc"
    draft.append(memoryview(b"x"))
    draft.sync()
    assert (top / "up/data").read_bytes() == b"abcx"
    draft.close()
