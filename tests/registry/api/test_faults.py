"""A storage that fails: the right status, no path, nothing half done, and well again when it is."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry_gitops.registry.contents import Digest, layout
from registry_gitops.registry.contents.health_monitor import CachedCheck
from registry_gitops.registry.messages import FilePart, Request, Response
from registry_gitops.registry.storage import DATA_PATH, FileStorage, MemoryStorage
from registry_gitops.registry.storage.memory import MemoryDraft
from tests.registry.api.asking import Answer, Asking, Sent, image

CONTENT = b"0123456789" * 100
DIGEST = Digest.of(CONTENT)
SECRET = "/srv/secret/place"


class Failing(MemoryStorage):
    """A storage whose methods of those names fail with `error` while it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.error: int | None = None
        self.methods: tuple[str, ...] = ()
        reading, writing = "read stat open names", "touch publish remove expire prune draft probe"
        for name in f"{reading} {writing}".split():
            setattr(self, name, self._failing(name, getattr(self, name)))

    def _failing(self, name: str, method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            if self.error is not None and name in self.methods:
                raise OSError(self.error, os.strerror(self.error), SECRET)
            return method(*args, **named)

        return call

    def fail(self, error: int | None, *methods: str) -> None:
        self.error, self.methods = error, methods


@pytest.fixture
def failing() -> Failing:
    return Failing()


@pytest.fixture
def asking(failing: Failing) -> Asking:
    return Asking(failing)


@pytest.mark.parametrize(
    ("error", "status", "code", "retry"),
    [
        (errno.ENOSPC, 507, "UNAVAILABLE", None),
        (errno.EDQUOT, 507, "UNAVAILABLE", None),
        (errno.EMFILE, 503, "UNAVAILABLE", "1"),
        (errno.ENFILE, 503, "UNAVAILABLE", "1"),
        (errno.ENOMEM, 503, "UNAVAILABLE", "1"),
        (errno.EROFS, 503, "UNAVAILABLE", "1"),
        (errno.EACCES, 503, "UNAVAILABLE", "1"),
        (errno.ENODEV, 503, "UNAVAILABLE", "1"),
        (errno.EIO, 500, "UNKNOWN", None),
        (errno.ELOOP, 500, "UNKNOWN", None),
    ],
)
def test_an_error_of_the_storage_is_told_without_a_path(
    failing: Failing, asking: Asking, capfd: pytest.CaptureFixture[str], error: int, status: int, code: str, retry: str
) -> None:
    failing.fail(error, "read", "stat", "names", "draft", "publish", "remove")
    for method, target, body in (
        ("GET", "/v2/a/manifests/1.0", b""),
        ("GET", f"/v2/a/blobs/{DIGEST}", b""),
        ("GET", "/v2/_catalog", b""),
        ("GET", "/v2/a/tags/list", b""),
        ("GET", f"/v2/a/referrers/{DIGEST}", b""),
        ("POST", "/v2/a/blobs/uploads/", b""),
        ("PUT", "/v2/a/manifests/1.0", image()),
        ("DELETE", f"/v2/a/blobs/{DIGEST}", b""),
    ):
        answer = asking(method, target, body)
        assert (answer.status, answer.code, answer.headers.get("Retry-After")) == (status, code, retry)
        assert SECRET.encode() not in answer.content
    assert SECRET in capfd.readouterr().err


def test_a_mistake_of_ours_is_told_to_the_log_only(
    failing: Failing, asking: Asking, capfd: pytest.CaptureFixture[str]
) -> None:
    failing.read = None  # type: ignore[assignment, method-assign]
    answer = asking("GET", "/v2/a/manifests/1.0")
    assert (answer.status, answer.json) == (500, {"errors": [{"code": "UNKNOWN", "message": "unknown error"}]})
    assert "TypeError" in capfd.readouterr().err


def test_a_want_of_memory_is_told_and_passes(failing: Failing, asking: Asking) -> None:
    def read(path: str) -> None:
        raise MemoryError

    failing.read = read  # type: ignore[method-assign]
    answer = asking("GET", "/v2/a/manifests/1.0")
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "UNAVAILABLE", "1")


class Unsynced(Failing):
    """A storage whose drafts count how often they were synced, or fail at it."""

    synced = 0
    lost: OSError | None = None

    def draft(self, path: str, *, new: bool) -> MemoryDraft | None:
        draft = super().draft(path, new=new)

        def sync() -> None:
            self.synced += 1
            if self.lost:
                raise self.lost

        if draft:
            draft.sync = sync  # type: ignore[method-assign]
        return draft


def test_a_chunk_is_there_for_good_when_it_is_acknowledged() -> None:
    storage = Unsynced()
    asking = Asking(storage)
    location = asking.begin("a")
    assert asking("PATCH", location, CONTENT).status == 202
    assert storage.synced == 1


def test_a_chunk_that_could_not_be_synced_ends_the_upload_for_it_might_be_lost() -> None:
    storage = Unsynced()
    asking = Asking(storage)
    location = asking.begin("a")
    storage.lost = OSError(errno.EIO, "lost")
    assert asking("PATCH", location, CONTENT).status == 500
    storage.lost = None
    assert asking("PUT", f"{location}?digest={DIGEST}").status == 404
    assert storage.names(layout.uploads_path("a")) == []


@pytest.mark.parametrize(("before", "after"), [(b"", (204, "0-0")), (CONTENT[:100], (404, None))])
def test_nothing_of_such_an_upload_counts_any_more_where_it_cannot_be_removed(
    before: bytes, after: tuple[int, str | None]
) -> None:
    storage = Unsynced()
    asking = Asking(storage)
    location = asking.begin("a")
    if before:
        asking("PATCH", location, before)
    storage.lost = OSError(errno.EIO, "lost")
    storage.fail(errno.EIO, "remove", "expire", "prune")
    assert asking("PATCH", location, CONTENT[100:]).status == 500
    answer = asking("GET", location)
    assert (answer.status, answer.headers.get("Range")) == after


def test_a_chunk_counts_though_it_could_not_be_noted(failing: Failing, asking: Asking) -> None:
    location = asking.begin("a")
    draft = failing.draft

    def full(path: str, *, new: bool) -> object:
        if path.endswith("acknowledged"):
            raise OSError(errno.ENOSPC, "full")
        return draft(path, new=new)

    failing.draft = full  # type: ignore[method-assign, assignment]
    assert asking("PATCH", location, CONTENT[:100]).status == 202
    failing.draft = draft  # type: ignore[method-assign]
    assert asking("PUT", f"{location}?digest={DIGEST}", CONTENT[100:]).status == 201
    assert failing.names(layout.uploads_path("a")) == []


def test_a_chunk_that_found_no_room_changes_nothing(failing: Failing, asking: Asking) -> None:
    location = asking.begin("a")
    asking("PATCH", location, CONTENT[:100])
    for method, target in (("PATCH", location), ("PUT", f"{location}?digest={DIGEST}")):
        answer = asking(method, target, Filling(CONTENT[100:]))
        assert answer.status == 507
        assert asking("GET", location).headers["Range"] == "0-99"
    assert asking("PUT", f"{location}?digest={DIGEST}", CONTENT[100:]).status == 201


class Filling(Sent):
    """A body during which the disk becomes full, after its first bytes."""

    _count = 0

    def readinto(self, buffer: memoryview) -> int:
        self._count += 1
        if self._count > 3:
            raise OSError(errno.ENOSPC, "full")
        return super().readinto(buffer[:10])


def test_a_blob_that_could_not_be_published_is_not_there_and_its_upload_has_ended(
    failing: Failing, asking: Asking
) -> None:
    location = asking.begin("a")
    failing.fail(errno.EIO, "publish")
    assert asking("PUT", f"{location}?digest={DIGEST}", CONTENT).status == 500
    assert asking("POST", f"/v2/a/blobs/uploads/?digest={DIGEST}", CONTENT).status == 500
    failing.fail(None)
    assert asking("GET", location).status == 404
    assert asking("HEAD", f"/v2/a/blobs/{DIGEST}").status == 404
    assert failing.names(layout.uploads_path("a")) == []
    asking.push_blob("a", CONTENT)


@pytest.mark.parametrize("part", ["blobs/", "/tags/2.0/", "/revisions/"])
@pytest.mark.parametrize("method", ["read", "stat", "names"])
def test_a_manifest_that_cannot_be_read_is_not_deleted_in_part(
    failing: Failing, asking: Asking, method: str, part: str
) -> None:
    digest = asking.push_manifest("a", "1.0", image())
    asking.push_manifest("a", "2.0", image())
    whole = getattr(failing, method)

    def lost(path: str) -> object:
        if part in path:
            raise OSError(errno.EIO, "lost")
        return whole(path)

    setattr(failing, method, lost)
    status = asking.restarted()("DELETE", f"/v2/a/manifests/{digest}").status
    setattr(failing, method, whole)
    tags = asking("GET", "/v2/a/tags/list").json["tags"]
    assert (status, tags) in ((500, ["1.0", "2.0"]), (202, []))
    assert asking("GET", f"/v2/a/manifests/{digest}").status == (200 if tags else 404)


def test_a_refused_tag_leaves_the_old_one(failing: Failing, asking: Asking) -> None:
    asking.push_manifest("a", "1.0", image())
    failing.fail(errno.ENOSPC, "publish")
    assert asking("PUT", "/v2/a/manifests/1.0", image(b"new")).status == 507
    failing.fail(None)
    assert asking("GET", "/v2/a/manifests/1.0").content == image()


def test_who_may_not_touch_a_blob_may_still_say_that_it_is_there(failing: Failing, asking: Asking) -> None:
    asking.push_blob("a", CONTENT)
    failing._root["blobs"]["sha256"][DIGEST.hex[:2]][DIGEST.hex]["data"].modified = 0  # type: ignore[index, union-attr]
    failing.fail(errno.EROFS, "touch")
    assert asking("HEAD", f"/v2/a/blobs/{DIGEST}").status == 200


def test_who_is_told_that_a_blob_is_there_keeps_it_from_being_collected(failing: Failing, asking: Asking) -> None:
    asking.push_blob("a", b"{}")
    config = Digest.of(b"{}")
    requests = [
        ("HEAD", f"/v2/a/blobs/{config}", b""),
        ("POST", f"/v2/b/blobs/uploads/?mount={config}&from=a", b""),
        ("POST", f"/v2/c/blobs/uploads/?mount={config}", b""),
        ("PUT", "/v2/a/manifests/1.0", image(config=b"{}")),
    ]
    for method, target, body in requests:
        failing._file(layout.blob_data_path(config)).modified = 1000.0  # type: ignore[union-attr]
        assert asking(method, target, body).status in (200, 201)
        found = failing.stat(layout.blob_data_path(config))
        assert found
        assert found.modified > time.time() - 60


def health(asking: Asking) -> tuple[int, object]:
    answer = asking("GET", "/healthz")
    return answer.status, answer.json


def eventually(asking: Asking, target: str, status: int) -> Answer:
    """The answer, once it has that status; what is remembered is a second old at most."""
    until = time.monotonic() + 60
    while (answer := asking("GET", target)).status != status:
        assert time.monotonic() < until, answer
        time.sleep(0.05)
    return answer


def test_a_full_disk_is_told_by_healthz_and_does_not_keep_anybody_from_pulling(
    failing: Failing, asking: Asking
) -> None:
    asking.push_blob("a", CONTENT)
    assert health(asking) == (200, {"status": "ok"})
    failing.fail(errno.ENOSPC, "publish", "draft", "probe")
    assert asking("POST", "/v2/a/blobs/uploads/").status == 507
    answer = eventually(asking, "/healthz", 503)
    assert answer.json == {"status": "failing", "reason": "the storage of the registry is full"}
    assert asking("GET", "/v2/").status == 200
    assert asking("GET", f"/v2/a/blobs/{DIGEST}").content == CONTENT
    failing.fail(None)
    eventually(asking, "/healthz", 200)


def test_a_root_that_is_gone_is_told_by_ping_as_soon_as_anybody_met_it(failing: Failing, asking: Asking) -> None:
    assert asking("GET", "/v2/").status == 200
    failing.fail(errno.ENODEV, "read", "stat", "names", "draft", "publish", "probe")
    assert asking("GET", "/v2/a/manifests/1.0").status == 503
    answer = asking("GET", "/v2/")
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "UNAVAILABLE", "5")
    assert asking("GET", "/healthz").status == 503
    assert not asking.registry.answers_without_blocking(Request("GET", "/v2/", "", {}, Sent(b"")))
    failing.fail(None)
    eventually(asking, "/v2/", 200)
    assert asking.registry.answers_without_blocking(Request("GET", "/v2/", "", {}, Sent(b"")))


def test_a_root_that_is_gone_is_told_by_ping_even_if_nobody_met_it(failing: Failing, asking: Asking) -> None:
    failing.fail(errno.ENODEV, "names")
    eventually(asking, "/v2/", 503)


def test_a_registry_that_is_read_only_need_not_be_able_to_write(failing: Failing) -> None:
    failing.fail(errno.EROFS, "probe", "touch", "publish", "draft", "remove")
    assert health(Asking(failing, read_only=True)) == (200, {"status": "ok"})


def test_what_was_looked_at_before_a_doubt_does_not_answer_it() -> None:
    begun, let_go = threading.Event(), threading.Event()
    outcomes = [None, OSError(errno.ENODEV, "gone")]

    def check() -> None:
        outcome = outcomes.pop(0)
        begun.set()
        assert let_go.wait(60)
        if outcome:
            raise outcome

    watch = CachedCheck(check)
    assert watch.problem(wait=0) is None
    assert begun.wait(60)
    watch.invalidate()
    let_go.set()
    assert watch.problem(wait=10) == "the storage of the registry is gone"
    assert not watch.is_known_good


MISTAKES = (ValueError("a mistake"), RecursionError("deep"), KeyError("x"), SystemExit(1), KeyboardInterrupt())


@pytest.mark.tools
@pytest.mark.exhaustive
@pytest.mark.parametrize("raised", [*MISTAKES, MemoryError(), OSError(errno.EIO, "lost")], ids=repr)
@pytest.mark.parametrize("method", ["names", "probe"])
def test_healthz_answers_whatever_a_check_raises_and_is_well_again_afterwards(
    method: str, raised: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken(MemoryStorage):
        raised: BaseException | None = None

        def names(self, path: str) -> list[str]:
            if method == "names" and self.raised:
                raise self.raised
            return super().names(path)

        def probe(self) -> None:
            if method == "probe" and self.raised:
                raise self.raised

    storage = Broken()
    asking = Asking(storage)
    storage.raised = raised
    for _ in range(3):
        answer = asking("GET", "/healthz")
        assert (answer.status, answer.json["status"]) == (503, "failing")
        assert "does not answer" not in answer.json["reason"]
        time.sleep(1.1)  # An outcome is good for a second.
    # A mistake is reported once, however often is looked; what a disk or memory says is none.
    assert capfd.readouterr().err.count("a mistake in the registry") == (raised in MISTAKES)
    storage.raised = None
    eventually(asking, "/healthz", 200)
    eventually(asking, "/v2/", 200)


def test_a_disk_that_hangs_is_told_and_does_not_hang_the_answer() -> None:
    class Hanging(MemoryStorage):
        asked = 0
        let_go = threading.Event()

        def probe(self) -> None:
            self.asked += 1
            self.let_go.wait(20)

    storage = Hanging()
    asking = Asking(storage)
    began = time.monotonic()
    answers: list[tuple[int, object]] = []
    threads = [threading.Thread(target=lambda: answers.append(health(asking))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reason = "the storage of the registry does not answer"
    assert answers == [(503, {"status": "failing", "reason": reason})] * 5
    assert time.monotonic() - began < 15
    assert storage.asked == 1
    storage.let_go.set()
    eventually(asking, "/healthz", 200)


def test_the_front_page_is_there_for_load_balancers_and_needs_no_storage(failing: Failing, asking: Asking) -> None:
    failing.fail(errno.EIO, "read", "stat", "names")
    assert asking("GET", "/") == Answer(200, {"Docker-Distribution-API-Version": "registry/2.0"}, b"")


LARGE = bytes(range(256)) * 1024


@pytest.fixture
def pushed(tmp_path: Path) -> Iterator[tuple[Asking, Path]]:
    """A registry on a disk with a blob that is sent by sendfile, and its file."""
    storage = FileStorage(tmp_path)
    asking = Asking(storage)
    digest = asking.push_blob("a", LARGE)
    yield asking, tmp_path / DATA_PATH / layout.blob_data_path(digest)
    storage.close()


def asked(asking: Asking) -> Response:
    """The response to a GET of the large blob, of which the adapter could not read all."""
    response = asking.registry(Request("GET", f"/v2/a/blobs/{Digest.of(LARGE)}", "", {}, Sent(b"")))
    (part,) = response.body
    assert isinstance(part, FilePart)
    part.file.close()
    return response


@pytest.mark.parametrize("rot", [LARGE[:1000], LARGE[:-1] + b"x", LARGE[:70_000]])
def test_a_large_blob_that_could_not_be_sent_and_has_rotted_is_gone_until_it_is_pushed(
    pushed: tuple[Asking, Path], rot: bytes
) -> None:
    asking, file = pushed
    response = asked(asking)
    file.write_bytes(rot)
    assert response.unreadable
    response.unreadable()
    assert asking("HEAD", f"/v2/a/blobs/{Digest.of(LARGE)}").status == 404
    asking.push_blob("a", LARGE)
    assert asking("GET", f"/v2/a/blobs/{Digest.of(LARGE)}").content == LARGE


def test_a_large_blob_that_could_not_be_sent_puts_the_storage_in_doubt_and_stays_if_it_is_whole(
    pushed: tuple[Asking, Path],
) -> None:
    asking, _ = pushed
    response = asked(asking)
    ping = Request("GET", "/v2/", "", {}, Sent(b""))
    assert asking.registry.answers_without_blocking(ping)
    assert response.unreadable
    response.unreadable()
    assert not asking.registry.answers_without_blocking(ping)
    assert asking("GET", f"/v2/a/blobs/{Digest.of(LARGE)}").content == LARGE
    assert asking("GET", "/healthz").status == 200


def test_a_file_is_closed_where_its_parts_are_not_given_away() -> None:
    class Watched(MemoryStorage):
        closed = 0

        def open(self, path: str):  # type: ignore[no-untyped-def]
            content = super().open(path)
            assert content

            def close() -> None:
                self.closed += 1

            content.close = close  # type: ignore[method-assign]
            return content

    storage = Watched()
    asking = Asking(storage)
    asking.push_blob("a", CONTENT)
    for number, headers in enumerate(({}, {"range": "bytes=0-1"}, {"range": "bytes=5-0"}), 1):
        request = Request("GET", f"/v2/a/blobs/{DIGEST}", "", headers, Sent(b""))
        response = asking.registry(request)
        assert not any(isinstance(part, FilePart) for part in response.body)
        assert storage.closed == number
