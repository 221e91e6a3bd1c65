"""Large folders are read once, and every change of them shows, whoever makes it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.registry.storage import DATA_PATH, FileStorage, listings

NAMES = [f"r{number:04}" for number in range(400)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with many entries, as the system knows it; the storage calls it `many`."""
    folder = tmp_path / DATA_PATH / "many"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).touch()
    return folder


@pytest.fixture
def storage(folder: Path, tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path, read_only=True)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were read."""
    found: list[str] = []
    listdir = os.listdir

    def counting(path: str) -> list[str]:
        found.append(path)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", counting)
    return found


def test_a_large_folder_that_does_not_change_is_read_twice_at_most(
    storage: FileStorage, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "_SETTLED", -1.0)
    assert [storage.names("many") for _ in range(5)] == [NAMES] * 5
    assert len(reads) == 2


def test_every_change_of_a_large_folder_by_somebody_else_shows_at_once(
    storage: FileStorage, folder: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "_SETTLED", 0.1)
    (folder.parent / "new").touch()
    changes: tuple[Callable[[], object], ...] = (
        lambda: (folder / "a").mkdir(),
        lambda: (folder / "a").rename(folder / "b"),
        lambda: (folder / "b").rmdir(),
        lambda: (folder / NAMES[0]).unlink(),
        lambda: (folder.parent / "new").rename(folder / "z"),
    )
    for change in changes:
        time.sleep(0.2)
        before = [storage.names("many") for _ in range(3)][-1]
        change()
        after = sorted(each.name for each in folder.iterdir())
        assert after != before
        assert storage.names("many") == after


def test_a_large_folder_that_has_just_changed_is_read_again_for_its_times_may_not_show_the_next_change(
    storage: FileStorage, folder: Path
) -> None:
    for number in range(300):
        (folder / f"s{number:04}").touch()
        assert len(storage.names("many")) == len(NAMES) + number + 1


def test_a_folder_in_the_place_of_a_large_one_is_another_one(
    storage: FileStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "_SETTLED", -1.0)
    assert [storage.names("many") for _ in range(3)] == [NAMES] * 3
    folder.rename(folder.parent / "old")
    assert storage.names("many") == []
    folder.mkdir()
    (folder / "one").touch()
    assert storage.names("many") == ["one"]


def test_no_more_entries_are_remembered_than_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_SETTLED", -1.0)
    monkeypatch.setattr(listings, "_LARGE", 10)
    monkeypatch.setattr(listings, "_MAX_ENTRIES", 50)
    remembered = listings.Listings()
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in range(10 + 3 * number):
            (folder / str(name)).touch()
        for _ in range(3):
            assert len(remembered.names(str(folder))) == 10 + 3 * number
        assert sum(len(names) for _, names in remembered._large.values()) < 50
