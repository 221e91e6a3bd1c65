"""What every storage does, whatever it keeps things in."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry_gitops.registry.messages import FilePart
from registry_gitops.registry.storage import Draft, Storage


def drafted(storage: Storage, path: str, content: bytes) -> Draft:
    draft = storage.draft(path, new=True)
    assert draft is not None
    draft.append(memoryview(content))
    return draft


def sent(part: bytes | FilePart) -> bytes:
    if isinstance(part, bytes):
        return part
    with open(part.file.fileno(), "rb", closefd=False) as file:
        file.seek(part.offset)
        return file.read(part.count)


def moment() -> float:
    """A moment that everything so far is older than, and all that follows younger."""
    time.sleep(0.02)
    now = time.time()
    time.sleep(0.02)
    return now


def test_what_is_published_can_be_read(storage: Storage) -> None:
    storage.publish({"a/b/link": b"one", "a/c": b""}, {"d/link": b"two"})
    assert [storage.read(path) for path in ("a/b/link", "a/c", "d/link")] == [b"one", b"", b"two"]


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 3_000_000])
def test_a_file_of_any_size_is_read_whole(storage: Storage, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    storage.publish({"a/file": content})
    assert storage.read("a/file") == content
    found = storage.stat("a/file")
    assert found is not None
    assert found.size == size


def test_what_is_not_there_is_none(storage: Storage) -> None:
    storage.publish({"a/file": b"x"})
    for path in ("b/file", "a/other", "a/file/inner"):
        assert storage.read(path) is None
        assert storage.stat(path) is None
        assert storage.open(path) is None
        assert storage.draft(path, new=False) is None
        assert not storage.touch(path)
        assert not storage.remove(path)
        assert not storage.expire(path, math.inf)
        assert not storage.prune(path)
        assert storage.names(path) == []


def test_a_folder_is_no_file(storage: Storage) -> None:
    storage.publish({"a/b/link": b"x"})
    assert storage.stat("a/b") is None


def test_publishing_replaces_what_was_there(storage: Storage) -> None:
    storage.publish({"a/current/link": b"one", "a/index/link": b"same"})
    storage.publish({"a/current/link": b"two", "a/index/link": b"same", "a/new/link": b"three"})
    assert storage.read("a/current/link") == b"two"
    assert storage.read("a/index/link") == b"same"
    assert storage.read("a/new/link") == b"three"


def test_who_reads_a_file_goes_on_with_it_while_it_is_replaced_or_removed(storage: Storage) -> None:
    storage.publish({"a/data": b"old"})
    content = storage.open("a/data")
    assert content is not None
    storage.publish({"a/data": b"newer"})
    storage.remove("a")
    buffer = bytearray(9)
    assert content.readinto(memoryview(buffer), 1) == 2
    assert bytes(buffer[:2]) == b"ld"
    assert content.readinto(memoryview(buffer), 3) == 0
    content.close()


def test_a_reader_sees_what_was_there_or_what_is_there_now_and_never_nothing(storage: Storage) -> None:
    storage.publish({"tag/current/link": b"0"})

    def write() -> None:
        for number in range(1, 100):
            storage.publish({"tag/current/link": b"%d" % number})

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        last = 0
        while not writing.done():
            last, before = int(storage.read("tag/current/link") or -1), last
            assert last >= before
        writing.result()


@pytest.mark.parametrize("size", [250, 70_000, 200_000])
def test_parts_of_a_file_are_sent_as_they_are(storage: Storage, size: int) -> None:
    data = bytes(range(250)) * (size // 250)
    storage.publish({"a/data": data})
    content = storage.open("a/data")
    assert content is not None
    assert content.size == len(data)
    assert sent(content.part(0, len(data))) == data
    assert sent(content.part(3, 5)) == data[3:8]
    content.close()


def test_names_are_sorted_by_their_characters(storage: Storage) -> None:
    for name in ("b", "a-1", "a", "B", "a.1", "_x"):
        storage.publish({f"tags/{name}/link": b""})
    assert storage.names("tags") == ["B", "_x", "a", "a-1", "a.1", "b"]
    assert storage.names("tags/a") == ["link"]


def test_a_draft_is_not_to_be_seen_where_it_will_be_until_it_is_published(storage: Storage) -> None:
    draft = drafted(storage, "uploads/1/data", b"con")
    draft.append(memoryview(b"tent"))
    assert draft.size == 7
    assert storage.read("blobs/data") is None
    storage.publish({"blobs/data": draft}, {"layers/link": b"x"})
    assert storage.read("blobs/data") == b"content"
    assert storage.stat("uploads/1/data") is None
    assert storage.names("uploads/1") == []


def test_a_published_draft_replaces_what_was_there(storage: Storage) -> None:
    storage.publish({"blobs/data": b"rotten"})
    storage.publish({"blobs/data": drafted(storage, "uploads/1/data", b"sound")})
    assert storage.read("blobs/data") == b"sound"


def test_a_draft_goes_on_where_it_ended(storage: Storage) -> None:
    draft = drafted(storage, "uploads/1/data", b"abc")
    draft.sync()
    draft.close()
    again = storage.draft("uploads/1/data", new=False)
    assert again is not None
    assert again.size == 3
    again.append(memoryview(b"def"))
    again.truncate(4)
    assert again.size == 4
    again.append(memoryview(b"x"))
    buffer = bytearray(9)
    assert again.readinto(memoryview(buffer), 1) == 4
    assert bytes(buffer[:4]) == b"bcdx"
    again.close()


def test_a_draft_that_was_removed_cannot_be_published(storage: Storage) -> None:
    draft = drafted(storage, "uploads/1/data", b"abc")
    assert storage.remove("uploads/1")
    with pytest.raises(FileNotFoundError):
        storage.publish({"blobs/data": draft}, {"layers/link": b"x"})
    assert storage.read("blobs/data") is None
    assert storage.read("layers/link") is None
    draft.close()


def test_a_file_cannot_be_put_below_a_file_nor_in_the_place_of_a_folder(storage: Storage) -> None:
    storage.publish({"a/file": b"x"})
    with pytest.raises(OSError):  # noqa: PT011 (which one is the system's to say)
        storage.publish({"a/file/inner": b"y"})
    with pytest.raises(OSError):  # noqa: PT011
        storage.publish({"a": b"y"})
    assert storage.read("a/file") == b"x"


def test_removing_takes_a_file_or_a_folder_with_all_that_is_in_it(storage: Storage) -> None:
    storage.publish({"a/b/c/link": b"1", "a/b/d": b"2", "a/e": b"3"})
    assert storage.remove("a/b")
    assert storage.names("a") == ["e"]
    assert storage.remove("a/e")
    assert storage.names("a") == []
    assert not storage.remove("a/e")


def test_only_an_empty_folder_is_pruned(storage: Storage) -> None:
    storage.publish({"a/b/link": b"1"})
    assert not storage.prune("a/b")
    storage.remove("a/b/link")
    assert storage.prune("a/b")
    assert not storage.prune("a/b")
    assert storage.names("a") == []


def test_what_was_pruned_can_be_published_again(storage: Storage) -> None:
    for _ in range(3):
        storage.publish({"a/b/c/link": b"1"}, {"a/d": b"2"})
        assert storage.remove("a/b/c")
        assert storage.prune("a/b")
        storage.remove("a/d")
        assert storage.prune("a")


def test_touching_makes_a_file_young(storage: Storage) -> None:
    storage.publish({"a/data": b"x"})
    then = moment()
    found = storage.stat("a/data")
    assert found is not None
    assert found.modified < then
    assert storage.touch("a/data")
    found = storage.stat("a/data")
    assert found is not None
    assert found.modified > then


def test_publishing_the_same_again_makes_it_young(storage: Storage) -> None:
    storage.publish({"a/data": b"x"})
    then = moment()
    storage.publish({"a/data": b"x"})
    found = storage.stat("a/data")
    assert found is not None
    assert found.modified > then


def test_only_what_is_old_expires(storage: Storage) -> None:
    storage.publish({"a/old/data": b"x", "a/young/data": b"x", "a/witnessed/data": b"x", "blob/data": b"x"})
    then = moment()
    storage.touch("a/young/data")
    storage.touch("blob/data")
    for dry_run in (True, False):
        assert not storage.expire("a/young", then, dry_run=dry_run)
        assert not storage.expire("a/young/data", then, dry_run=dry_run)
        assert not storage.expire("a/witnessed", then, witness="blob/data", dry_run=dry_run)
        assert storage.expire("a/old", then, witness="a/missing", dry_run=dry_run)
        assert storage.names("a") == (["old"] if dry_run else []) + ["witnessed", "young"]
    assert storage.expire("a/witnessed/data", then)
    assert storage.names("a/witnessed") == []
    assert storage.expire("a/young", math.inf)


def test_a_probe_leaves_nothing_behind(storage: Storage) -> None:
    storage.publish({"a/data": b"x"})
    storage.probe()
    assert storage.names("a") == ["data"]


def test_many_publish_and_remove_below_one_folder_at_once(storage: Storage) -> None:
    def work(number: int) -> bool:
        for turn in range(8):
            own, shared = f"{number}-{turn}".encode(), f"new/{turn}"
            storage.publish(
                {f"{shared}/revisions/{number}/link": own, f"blobs/{number}/{turn}/data": own},
                {f"{shared}/tags/{number}/index/{turn}/link": own, f"{shared}/tags/{number}/current/link": own},
            )
            assert storage.read(f"{shared}/tags/{number}/current/link") == own
            assert storage.remove(f"{shared}/tags/{number}")
            storage.prune(f"{shared}/tags")
            assert storage.read(f"{shared}/revisions/{number}/link") == own
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert storage.names("new") == [str(turn) for turn in range(8)]
    assert len(storage.names("new/3/revisions")) == 8
