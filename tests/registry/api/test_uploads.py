"""Uploads: begun, continued, broken off, finished, cancelled. Spec: end-4a to end-6, end-13, end-14."""

from __future__ import annotations

import re
import threading

import pytest

from registry_gitops.registry.contents import Digest, layout
from registry_gitops.registry.messages import ClientGone
from registry_gitops.registry.storage import Storage
from tests.registry.api.asking import Answer, Asking, Sent

CONTENT = bytes(range(256)) * 4096
DIGEST = Digest.of(CONTENT)


def status_of(ask: Asking, location: str) -> str:
    """The Range that the status of an upload has."""
    answer = ask("GET", location)
    assert (answer.status, answer.headers["Location"], answer.content) == (204, location, b"")
    return answer.headers["Range"]


def left(storage: Storage, name: str) -> list[str]:
    """The uploads that a repository has."""
    return storage.names(layout.uploads_path(name))


def is_pushed(ask: Asking, answer: Answer, digest: Digest, content: bytes) -> bool:
    """Whether the answer says that there is a new blob, and it is there."""
    assert answer.status == 201, answer
    assert answer.headers["Location"] == f"/v2/a/blobs/{digest}"
    assert answer.headers["Docker-Content-Digest"] == str(digest)
    return ask("GET", f"/v2/a/blobs/{digest}").content == content


def test_an_upload_begins_with_a_location_and_nothing_in_it(ask: Asking) -> None:
    answer = ask("POST", "/v2/a/blobs/uploads/")
    assert answer.status == 202
    location = answer.headers["Location"]
    assert re.fullmatch(r"/v2/a/blobs/uploads/[0-9a-f-]{36}", location)
    assert location.endswith(answer.headers["Docker-Upload-UUID"])
    assert answer.headers["Range"] == status_of(ask, location) == "0-0"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("content", [CONTENT, b"", b"{}"])
def test_a_blob_comes_in_one_put(storage: Storage, ask: Asking, content: bytes, algorithm: str, chunked: bool) -> None:
    digest = Digest.of(content, algorithm)
    answer = ask("PUT", f"{ask.begin('a')}?digest={digest}", Sent(content, chunked=chunked))
    assert is_pushed(ask, answer, digest, content)
    assert left(storage, "a") == []


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("content", [CONTENT, b""])
def test_a_blob_comes_in_one_post(storage: Storage, ask: Asking, content: bytes, algorithm: str) -> None:
    digest = Digest.of(content, algorithm)
    assert is_pushed(ask, ask("POST", f"/v2/a/blobs/uploads/?digest={digest}", content), digest, content)
    assert left(storage, "a") == []


@pytest.mark.parametrize("begin", ["", "?digest-algorithm=sha256", "?digest-algorithm=sha512"])
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("ranges", ["{}-{}", "bytes {}-{}/*", "bytes {}-{}/1048576", None])
@pytest.mark.parametrize("last_by", ["PATCH", "PUT"])
def test_a_blob_comes_in_chunks(
    storage: Storage, ask: Asking, begin: str, algorithm: str, ranges: str | None, last_by: str
) -> None:
    digest = Digest.of(CONTENT, algorithm)
    location = ask("POST", f"/v2/a/blobs/uploads/{begin}").headers["Location"]
    answer = None
    for first in (0, 400_000, 800_000):
        chunk = CONTENT[first : first + 400_000]
        headers = {"content-range": ranges.format(first, first + len(chunk) - 1)} if ranges else {}
        if first == 800_000 and last_by == "PUT":
            answer = ask("PUT", f"{location}?digest={digest}", chunk, headers)
        else:
            patched = ask("PATCH", location, Sent(chunk, chunked=ranges is None), headers)
            assert (patched.status, patched.headers["Location"]) == (202, location)
            assert patched.headers["Range"] == f"0-{first + len(chunk) - 1}" == status_of(ask, location)
    answer = answer or ask("PUT", f"{location}?digest={digest}")
    assert is_pushed(ask, answer, digest, CONTENT)
    assert ask("GET", location).code == "BLOB_UPLOAD_UNKNOWN"
    assert left(storage, "a") == []


def test_an_upload_goes_on_after_a_restart(ask: Asking) -> None:
    location = ask.begin("a")
    ask("PATCH", location, CONTENT[:500_000])
    again = ask.restarted()
    assert status_of(again, location) == "0-499999"
    again("PATCH", location, CONTENT[500_000:600_000])
    once_more = again.restarted()
    assert is_pushed(ask, once_more("PUT", f"{location}?digest={DIGEST}", CONTENT[600_000:]), DIGEST, CONTENT)


def line(size: int, algorithm: str = "sha256") -> bytes:
    return b"%d %s\n" % (size, str(Digest.of(CONTENT[:size], algorithm)).encode())


TORN = [line(600)[:-1], line(600)[:10], bytes(80), b"600 " + bytes(80) + b"\n"]
ZEROS = bytes(100)


@pytest.mark.parametrize(
    ("acknowledged", "data", "offset"),
    [
        (line(500), CONTENT[:500], 500),
        (line(500), CONTENT[:900], 500),
        (line(500) + line(600), CONTENT[:600] + ZEROS, 600),
        (line(500) + line(600), CONTENT[:520] + ZEROS, 500),
        (line(500) + line(600), CONTENT[:520], 500),
        *((line(500) + torn, CONTENT[:600], 500) for torn in TORN),
        (line(500, "sha512"), CONTENT[:600], 500),
        (None, CONTENT[:600], 0),
        (line(0), CONTENT[:600], 0),
        (line(500), CONTENT[:100] + ZEROS * 4, None),
        (line(500), b"", None),
        *((torn, CONTENT[:600], None) for torn in TORN),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT"])
def test_an_upload_goes_on_after_a_crash_where_its_bytes_are_there_and_were_acknowledged(
    storage: Storage, ask: Asking, acknowledged: bytes | None, data: bytes, offset: int | None, method: str
) -> None:
    location = ask.begin("a")
    (identifier,) = left(storage, "a")
    add(storage, identifier, data)
    if acknowledged is not None:
        storage.publish({layout.upload_journal_path("a", identifier): acknowledged})
    again = ask.restarted()
    if offset is None:
        assert again(method, f"{location}?digest={DIGEST}").code == "BLOB_UPLOAD_UNKNOWN"
        assert left(storage, "a") == []
        return
    if method == "GET":
        assert status_of(again, location) == f"0-{max(offset - 1, 0)}"
    elif method == "PATCH":
        more = {"content-range": f"{offset}-{offset + 99}"}
        assert again("PATCH", location, CONTENT[offset : offset + 100], more).status == 202
        offset += 100
    answer = again("PUT", f"{location}?digest={DIGEST}", CONTENT[offset:])
    assert is_pushed(again, answer, DIGEST, CONTENT)
    assert left(storage, "a") == []


def add(storage: Storage, identifier: str, data: bytes) -> None:
    """Let an upload have bytes that no request has acknowledged."""
    draft = storage.draft(layout.upload_data_path("a", identifier), new=False)
    assert draft
    draft.append(memoryview(data))
    draft.close()


def test_an_upload_of_distribution_goes_on_from_all_that_it_has_and_then_from_what_we_acknowledge(
    storage: Storage, ask: Asking
) -> None:
    location = ask.begin("a")
    (identifier,) = left(storage, "a")
    storage.publish({layout.upload_started_path("a", identifier): b"2026-11-25T00:00:00Z"})
    add(storage, identifier, CONTENT[:500])
    assert status_of(ask.restarted(), location) == "0-499"
    add(storage, identifier, ZEROS)
    again = ask.restarted()
    assert status_of(again, location) == "0-499"
    assert again("PATCH", location, CONTENT[500:600]).status == 202
    assert is_pushed(again, again("PUT", f"{location}?digest={DIGEST}", CONTENT[600:]), DIGEST, CONTENT)
    assert left(storage, "a") == []


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(
    "place", ["0-9", "11-20", "1000-1009", "x", "10", "10-", "-10", "19-10", "+10-19", "1_0-19", "bytes=10-x", ""]
)
def test_a_chunk_that_does_not_go_on_is_416_and_told_where_it_should(ask: Asking, method: str, place: str) -> None:
    location = ask.begin("a")
    ask("PATCH", location, CONTENT[:10])
    target = f"{location}?digest={DIGEST}" if method == "PUT" else location
    answer = ask(method, target, CONTENT[10:20], {"content-range": place})
    assert (answer.status, answer.code) == (416, "BLOB_UPLOAD_INVALID")
    assert (answer.headers["Location"], answer.headers["Range"]) == (location, "0-9")
    assert status_of(ask, location) == "0-9"
    assert is_pushed(ask, ask("PUT", f"{location}?digest={DIGEST}", CONTENT[10:]), DIGEST, CONTENT)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("count", [9, 11])
def test_a_chunk_is_as_long_as_it_says(ask: Asking, method: str, chunked: bool, count: int) -> None:
    location = ask.begin("a")
    ask("PATCH", location, CONTENT[:10])
    target = f"{location}?digest={DIGEST}" if method == "PUT" else location
    body = Sent(CONTENT[10 : 10 + count], chunked=chunked)
    answer = ask(method, target, body, {"content-range": "10-19"})
    assert (answer.status, answer.code) == (400, "SIZE_INVALID")
    # What cannot be right is not read first.
    assert body.was_read is chunked
    assert status_of(ask, location) == "0-9"
    assert is_pushed(ask, ask("PUT", f"{location}?digest={DIGEST}", CONTENT[10:]), DIGEST, CONTENT)


@pytest.mark.parametrize("digest", ["", "?digest=", "?digest=sha256:x", "?digest=md5:0", f"?digest={DIGEST}&digest=x"])
def test_an_upload_without_a_good_digest_goes_on(ask: Asking, digest: str) -> None:
    location = ask.begin("a")
    answer = ask("PUT", location + digest, CONTENT)
    assert (answer.status, answer.code in ("DIGEST_INVALID", "UNSUPPORTED")) == (400, True)
    assert is_pushed(ask, ask("PUT", f"{location}?digest={DIGEST}", CONTENT), DIGEST, CONTENT)


def test_bytes_that_do_not_match_end_the_upload_and_leave_nothing(storage: Storage, ask: Asking) -> None:
    location = ask.begin("a")
    ask("PATCH", location, CONTENT)
    for answer in (
        ask("PUT", f"{location}?digest={DIGEST}", b"more"),
        ask("POST", f"/v2/a/blobs/uploads/?digest={DIGEST}", b"other"),
    ):
        assert (answer.status, answer.code) == (400, "DIGEST_INVALID")
    assert ask("GET", location).status == 404
    assert ask("GET", f"/v2/a/blobs/{DIGEST}").status == 404
    assert (left(storage, "a"), storage.names(layout.BLOBS)) == ([], [])


def test_an_algorithm_that_nobody_knows_is_refused(ask: Asking) -> None:
    answer = ask("POST", "/v2/a/blobs/uploads/?digest-algorithm=md5")
    assert (answer.status, answer.code) == (400, "DIGEST_INVALID")


def test_what_came_before_the_client_left_stays_and_it_goes_on_from_there(ask: Asking) -> None:
    location = ask.begin("a")
    with pytest.raises(ClientGone):
        ask("PATCH", location, Sent(CONTENT[:300_000], broken_off=True))
    assert status_of(ask, location) == status_of(ask.restarted(), location) == "0-299999"
    rest = {"content-range": f"300000-{len(CONTENT) - 1}"}
    assert ask("PATCH", location, CONTENT[300_000:], rest).status == 202
    assert is_pushed(ask, ask("PUT", f"{location}?digest={DIGEST}"), DIGEST, CONTENT)


def test_a_put_that_was_broken_off_has_changed_nothing(ask: Asking) -> None:
    location = ask.begin("a")
    ask("PATCH", location, CONTENT[:1000])
    with pytest.raises(ClientGone):
        ask("PUT", f"{location}?digest={DIGEST}", Sent(CONTENT[1000:5000], broken_off=True))
    assert status_of(ask, location) == "0-999"
    assert is_pushed(ask, ask("PUT", f"{location}?digest={DIGEST}", CONTENT[1000:]), DIGEST, CONTENT)


def test_a_post_that_was_broken_off_leaves_nothing(storage: Storage, ask: Asking) -> None:
    with pytest.raises(ClientGone):
        ask("POST", f"/v2/a/blobs/uploads/?digest={DIGEST}", Sent(CONTENT[:5000], broken_off=True))
    assert left(storage, "a") == []


def test_a_cancelled_upload_is_gone(storage: Storage, ask: Asking) -> None:
    location = ask.begin("a")
    ask("PATCH", location, CONTENT)
    assert ask("DELETE", location).status == 204
    for method in ("DELETE", "GET", "PATCH", "PUT"):
        answer = ask(method, f"{location}?digest={DIGEST}")
        assert (answer.status, answer.code) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert left(storage, "a") == []


def test_an_upload_belongs_to_its_repository(ask: Asking) -> None:
    location = ask.begin("a").replace("/v2/a/", "/v2/b/")
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        assert ask(method, f"{location}?digest={DIGEST}").status == 404


class Held(Sent):
    """A body whose second half comes when it is let go."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content, chunked=True)
        self.begun, self.let_go = threading.Event(), threading.Event()

    def readinto(self, buffer: memoryview) -> int:
        if self.begun.is_set():
            assert self.let_go.wait(60)
        self.begun.set()
        return super().readinto(buffer[:500])


def test_while_more_comes_an_upload_is_as_far_as_it_was_acknowledged(ask: Asking) -> None:
    location = ask.begin("a")
    ask("PATCH", location, CONTENT[:100])
    body = Held(CONTENT[100:1100])
    first = threading.Thread(target=lambda: ask("PATCH", location, body))
    first.start()
    assert body.begun.wait(60)
    assert status_of(ask, location) == "0-99"
    body.let_go.set()
    first.join()
    assert status_of(ask, location) == "0-1099"


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_a_second_writer_is_refused_and_the_first_one_ends_well(ask: Asking, method: str) -> None:
    location = ask.begin("a")
    body = Held(CONTENT[:1000])
    answers: list[Answer] = []
    first = threading.Thread(target=lambda: answers.append(ask("PATCH", location, body)))
    first.start()
    assert body.begun.wait(60)
    answer = ask(method, f"{location}?digest={DIGEST}", b"from another")
    assert (answer.status, answer.code) == (409, "BLOB_UPLOAD_INVALID")
    body.let_go.set()
    first.join()
    assert answers[0].headers["Range"] == "0-999"
    assert is_pushed(ask, ask("PUT", f"{location}?digest={DIGEST}", CONTENT[1000:]), DIGEST, CONTENT)


def test_many_writers_of_one_upload_never_mix_their_bytes(ask: Asking) -> None:
    location = ask.begin("a")
    contents = [bytes([number]) * 100_000 for number in range(16)]

    def push(content: bytes) -> None:
        ask("PATCH", location, content, {"content-range": f"0-{len(content) - 1}"})

    threads = [threading.Thread(target=push, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = [ask("PUT", f"{location}?digest={Digest.of(content)}") for content in contents]
    assert [answer.status for answer in answers].count(201) <= 1
    for content in contents:
        answer = ask("GET", f"/v2/a/blobs/{Digest.of(content)}")
        assert answer.status == 404 or answer.content == content


def test_sessions_that_were_forgotten_are_read_again(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_gitops.registry.contents.upload_sessions._MAX_CACHED", 2)
    locations = [ask.begin("a") for _ in range(4)]
    for location in locations:
        ask("PATCH", location, CONTENT[:1000])
    assert len(ask.registry._state.uploads._progress) == 2
    for location in locations:
        assert ask("PUT", f"{location}?digest={DIGEST}", CONTENT[1000:]).status == 201


def test_bytes_that_came_some_other_way_are_hashed_too(storage: Storage, ask: Asking) -> None:
    location = ask.begin("a")
    ask("PATCH", location, CONTENT[:1000])
    ask.restarted()("PATCH", location, CONTENT[1000:2000])
    assert is_pushed(ask, ask("PUT", f"{location}?digest={DIGEST}", CONTENT[2000:]), DIGEST, CONTENT)
