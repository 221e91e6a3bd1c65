"""Blobs: pulled whole or in parts, found, mounted, deleted. Spec: end-2, end-10, end-11."""

from __future__ import annotations

import re

import pytest

from registry_gitops.registry.contents import Digest, layout
from registry_gitops.registry.storage import Storage
from tests.registry.api.asking import Asking

CONTENT = bytes(range(256)) * 1024
SMALL = b"0123456789"
MISSING = Digest.of(b"not there")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_blob_comes_back_byte_for_byte(ask: Asking, algorithm: str) -> None:
    digest = ask.push_blob("a/b", CONTENT, algorithm)
    answer = ask("GET", f"/v2/a/b/blobs/{digest}")
    assert (answer.status, answer.content) == (200, CONTENT)
    assert answer.headers["Docker-Content-Digest"] == str(digest)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["ETag"] == f'"{digest}"'
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_head_says_the_length_and_sends_nothing(ask: Asking) -> None:
    digest = ask.push_blob("a", CONTENT)
    answer = ask("HEAD", f"/v2/a/blobs/{digest}")
    assert (answer.status, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Docker-Content-Digest"] == str(digest)


def test_a_blob_is_only_in_the_repository_that_it_was_pushed_to(ask: Asking) -> None:
    digest = ask.push_blob("a", SMALL)
    for method in ("GET", "HEAD", "DELETE"):
        for path in (f"/v2/b/blobs/{digest}", f"/v2/a/b/blobs/{digest}", f"/v2/a/blobs/{MISSING}"):
            answer = ask(method, path)
            assert (answer.status, answer.code) == (404, "BLOB_UNKNOWN")


def test_a_deleted_blob_is_gone_from_its_repository_only(ask: Asking) -> None:
    digest = ask.push_blob("a", SMALL)
    ask.push_blob("b", SMALL)
    assert ask("DELETE", f"/v2/a/blobs/{digest}").status == 202
    assert ask("GET", f"/v2/a/blobs/{digest}").status == 404
    assert ask("DELETE", f"/v2/a/blobs/{digest}").status == 404
    assert ask("GET", f"/v2/b/blobs/{digest}").content == SMALL


@pytest.mark.parametrize(
    ("header", "status", "place", "content"),
    [
        ("bytes=2-4", 206, "bytes 2-4/10", b"234"),
        ("bytes=0-0", 206, "bytes 0-0/10", b"0"),
        ("bytes=7-", 206, "bytes 7-9/10", b"789"),
        ("bytes=-3", 206, "bytes 7-9/10", b"789"),
        ("bytes=-99", 206, "bytes 0-9/10", SMALL),
        ("bytes=8-99", 206, "bytes 8-9/10", b"89"),
        ("Bytes= 1-2", 206, "bytes 1-2/10", b"12"),
        ("bytes=1-2, 50-60", 206, "bytes 1-2/10", b"12"),
        ("lines=1-2", 200, None, SMALL),
        # More than the whole: the whole.
        ("bytes=0-8,1-9", 200, None, SMALL),
        ("bytes=5-0", 416, "bytes */10", None),
        ("bytes=10-", 416, "bytes */10", None),
        ("bytes=50-60", 416, "bytes */10", None),
        ("bytes=-0", 416, "bytes */10", None),
        ("bytes=", 416, "bytes */10", None),
        ("bytes=-", 416, "bytes */10", None),
        ("bytes=+1-2", 416, "bytes */10", None),
        ("bytes=1_0-2", 416, "bytes */10", None),
        ("bytes=1-2-3", 416, "bytes */10", None),
        ("bytes=" + "9" * 400 + "-", 416, "bytes */10", None),
        ("bytes=" + ",".join(f"{n % 10}-{n % 10}" for n in range(100)), 416, "bytes */10", None),
    ],
)
def test_a_range_is_answered_with_what_is_there_of_it(
    ask: Asking, header: str, status: int, place: str | None, content: bytes | None
) -> None:
    digest = ask.push_blob("a", SMALL)
    answer = ask("GET", f"/v2/a/blobs/{digest}", headers={"range": header})
    assert (answer.status, answer.headers.get("Content-Range")) == (status, place)
    if content is not None:
        assert answer.content == content


def test_several_ranges_come_in_several_parts(ask: Asking) -> None:
    digest = ask.push_blob("a", CONTENT)
    answer = ask("GET", f"/v2/a/blobs/{digest}", headers={"range": "bytes=0-4,70000-150000,-2"})
    assert answer.status == 206
    match = re.fullmatch(r"multipart/byteranges; boundary=(\w+)", answer.headers["Content-Type"])
    assert match
    opening, *parts, closing = answer.content.split(b"\r\n--" + match[1].encode())
    assert (opening, closing) == (b"", b"--\r\n")
    bodies = dict(part.removeprefix(b"\r\n").split(b"\r\n\r\n", 1) for part in parts)
    kind = b"Content-Type: application/octet-stream\r\nContent-Range: bytes "
    assert bodies == {
        kind + b"0-4/262144": CONTENT[:5],
        kind + b"70000-150000/262144": CONTENT[70000:150001],
        kind + b"262142-262143/262144": CONTENT[-2:],
    }


def test_nothing_of_an_empty_blob_can_be_asked_for(ask: Asking) -> None:
    digest = ask.push_blob("a", b"")
    assert ask("GET", f"/v2/a/blobs/{digest}").status == 200
    assert ask("GET", f"/v2/a/blobs/{digest}", headers={"range": "bytes=0-"}).status == 416


def test_a_head_knows_no_range(ask: Asking) -> None:
    digest = ask.push_blob("a", SMALL)
    answer = ask("HEAD", f"/v2/a/blobs/{digest}", headers={"range": "bytes=1-2"})
    assert (answer.status, answer.headers["Content-Length"]) == (200, "10")


def test_a_range_of_something_else_is_not_used(ask: Asking) -> None:
    digest = ask.push_blob("a", SMALL)
    for etag, status in ((f'"{digest}"', 206), (f'W/"{digest}"', 200), ('"x"', 200)):
        headers = {"range": "bytes=1-2", "if-range": etag}
        assert ask("GET", f"/v2/a/blobs/{digest}", headers=headers).status == status


@pytest.mark.parametrize("known", ['"{}"', 'W/"{}"', '"x", "{}"', "*"])
def test_who_has_a_blob_is_not_sent_it_again(ask: Asking, known: str) -> None:
    digest = ask.push_blob("a", SMALL)
    answer = ask("GET", f"/v2/a/blobs/{digest}", headers={"if-none-match": known.format(digest)})
    assert (answer.status, answer.content) == (304, b"")
    assert ask("GET", f"/v2/b/blobs/{digest}", headers={"if-none-match": known.format(digest)}).status == 404
    assert ask("GET", f"/v2/a/blobs/{digest}", headers={"if-none-match": '"x"'}).content == SMALL


@pytest.mark.parametrize("source", ["&from=b", ""])
def test_a_blob_that_another_repository_has_is_mounted(ask: Asking, source: str) -> None:
    digest = ask.push_blob("b", SMALL)
    answer = ask("POST", f"/v2/a/blobs/uploads/?mount={digest}{source}")
    assert (answer.status, answer.headers["Location"]) == (201, f"/v2/a/blobs/{digest}")
    assert answer.headers["Docker-Content-Digest"] == str(digest)
    assert ask("GET", answer.headers["Location"]).content == SMALL


@pytest.mark.parametrize(
    "query",
    [
        f"mount={MISSING}&from=b",
        f"mount={MISSING}",
        "mount={}&from=c",
        "mount={}&from=a/../b",
        "mount={}&from=./b",
        "mount=sha256:x",
    ],
)
def test_what_cannot_be_mounted_can_be_uploaded(ask: Asking, query: str) -> None:
    ask.push_blob("a", b"")
    digest = ask.push_blob("b", SMALL)
    answer = ask("POST", f"/v2/a/blobs/uploads/?{query.format(digest)}")
    assert answer.status == 202
    assert ask("PUT", f"{answer.headers['Location']}?digest={digest}", SMALL).status == 201
    assert ask("GET", f"/v2/a/blobs/{digest}").content == SMALL


def test_a_sha512_blob_that_distribution_keeps_under_its_sha256_is_served(storage: Storage, ask: Asking) -> None:
    kept = ask.push_blob("a", SMALL)
    asked = Digest.of(SMALL, "sha512")
    storage.publish({f"{layout.layer_path('a', asked)}/link": str(kept).encode()})
    answer = ask("GET", f"/v2/a/blobs/{asked}")
    assert (answer.content, answer.headers["Docker-Content-Digest"]) == (SMALL, str(asked))
    assert ask("HEAD", f"/v2/a/blobs/{asked}").headers["Content-Length"] == "10"
    assert ask("POST", f"/v2/b/blobs/uploads/?mount={asked}&from=a").status == 201
    assert ask("GET", f"/v2/b/blobs/{asked}").content == SMALL


@pytest.mark.parametrize("link", [b"", b"sha256:", b"\xff\x00", b"../../secret"])
def test_a_broken_link_is_no_blob_and_the_next_push_mends_it(storage: Storage, ask: Asking, link: bytes) -> None:
    digest = ask.push_blob("a", SMALL)
    storage.publish({f"{layout.layer_path('a', digest)}/link": link})
    assert ask("HEAD", f"/v2/a/blobs/{digest}").status == 404
    ask.push_blob("a", SMALL)
    assert ask("GET", f"/v2/a/blobs/{digest}").content == SMALL


def test_a_blob_without_its_bytes_is_no_blob(storage: Storage, ask: Asking) -> None:
    digest = ask.push_blob("a", SMALL)
    storage.remove(layout.blob_path(digest))
    for method in ("GET", "HEAD"):
        assert ask(method, f"/v2/a/blobs/{digest}").status == 404


@pytest.mark.parametrize("rotten", [b"", b"012345678X", b"0123456789" * 2])
def test_a_small_blob_that_has_rotted_is_not_served_and_whoever_asks_for_it_pushes_it(
    storage: Storage, ask: Asking, rotten: bytes
) -> None:
    digest = ask.push_blob("a", SMALL)
    storage.publish({layout.blob_data_path(digest): rotten})
    for method in ("GET", "HEAD"):
        answer = ask(method, f"/v2/a/blobs/{digest}")
        assert (answer.status, answer.code) == (404, "BLOB_UNKNOWN")
    ask.push_blob("a", SMALL)
    assert ask("GET", f"/v2/a/blobs/{digest}").content == SMALL


def test_a_push_heals_a_blob_that_has_rotted(storage: Storage, ask: Asking) -> None:
    digest = ask.push_blob("a", SMALL)
    storage.publish({layout.blob_data_path(digest): b"rotten"})
    ask.push_blob("a", SMALL)
    assert ask("GET", f"/v2/a/blobs/{digest}").content == SMALL
