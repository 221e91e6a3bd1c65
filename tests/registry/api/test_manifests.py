"""Manifests and tags: pushed, pulled, moved, deleted. Spec: end-3, end-7, end-9."""

from __future__ import annotations

import json
import threading

import pytest

from registry_gitops.registry.contents import Digest, layout
from registry_gitops.registry.storage import MemoryStorage, Storage
from tests.registry.api.asking import (
    DOCKER_IMAGE,
    DOCKER_LIST,
    OCI_IMAGE,
    OCI_INDEX,
    Asking,
    Sent,
    descriptor,
    image,
    index,
)

LAYER, CONFIG = b"layer", b"{}"
IMAGE = image(LAYER, config=CONFIG)
MISSING = Digest.of(b"not there")


@pytest.fixture
def repository(ask: Asking) -> Asking:
    """A registry with what IMAGE is made of in the repository `a`."""
    ask.push_blob("a", LAYER)
    ask.push_blob("a", CONFIG)
    return ask


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("reference", ["1.0", "latest", str(Digest.of(IMAGE)), str(Digest.of(IMAGE, "sha512"))])
def test_a_manifest_comes_back_byte_for_byte(repository: Asking, reference: str, chunked: bool) -> None:
    body = Sent(IMAGE, chunked=chunked)
    pushed = repository("PUT", f"/v2/a/manifests/{reference}", body, {"content-type": OCI_IMAGE})
    digest = Digest.parse(reference) or Digest.of(IMAGE)
    assert pushed.status == 201
    assert pushed.headers["Location"] == f"/v2/a/manifests/{digest}"
    assert pushed.headers["Docker-Content-Digest"] == str(digest)
    assert "Warning" not in pushed.headers
    for path in (pushed.headers["Location"], f"/v2/a/manifests/{reference}"):
        for again in (repository, repository.restarted()):
            answer = again("GET", path, headers={"accept": "text/html"})
            assert (answer.status, answer.content) == (200, IMAGE)
            assert answer.headers["Content-Type"] == OCI_IMAGE
            assert answer.headers["Docker-Content-Digest"] == str(digest)
            assert answer.headers["ETag"] == f'"{digest}"'
            assert again("HEAD", path).headers == answer.headers


def test_a_manifest_is_only_in_the_repository_that_it_was_pushed_to(repository: Asking) -> None:
    digest = repository.push_manifest("a", "1.0", IMAGE)
    for path in (
        f"/v2/b/manifests/{digest}",
        "/v2/b/manifests/1.0",
        "/v2/a/manifests/2.0",
        f"/v2/a/manifests/{MISSING}",
    ):
        for method in ("GET", "HEAD", "DELETE"):
            answer = repository(method, path)
            assert (answer.status, answer.code) == (404, "MANIFEST_UNKNOWN")


def test_a_tag_moves_to_what_is_pushed_last(repository: Asking) -> None:
    first = repository.push_manifest("a", "1.0", IMAGE)
    second = image(LAYER, config=CONFIG, annotations={"number": "2"})
    repository.push_manifest("a", "1.0", second)
    assert repository("GET", "/v2/a/manifests/1.0").content == second
    assert repository("GET", f"/v2/a/manifests/{first}").content == IMAGE


def test_who_has_a_manifest_is_not_sent_it_again(repository: Asking) -> None:
    digest = repository.push_manifest("a", "1.0", IMAGE)
    headers = {"if-none-match": f'"{digest}"'}
    assert repository("GET", "/v2/a/manifests/1.0", headers=headers).status == 304
    repository.push_manifest("a", "1.0", image(LAYER, LAYER, config=CONFIG))
    assert repository("GET", "/v2/a/manifests/1.0", headers=headers).status == 200


@pytest.mark.parametrize(
    ("value", "content_type"),
    [
        (IMAGE, OCI_IMAGE),
        (IMAGE, f"{OCI_IMAGE}; charset=utf-8"),
        (IMAGE, ""),
        (index(IMAGE), OCI_INDEX),
        (index(), OCI_INDEX),
        (image(), OCI_IMAGE),
        (image(mediaType=DOCKER_IMAGE), DOCKER_IMAGE),
        (index(IMAGE, mediaType=DOCKER_LIST), DOCKER_LIST),
        (image(artifactType="application/vnd.example", config=b"{}"), OCI_IMAGE),
        (image(unknown={"deep": [1.5, None, True]}), OCI_IMAGE),
    ],
)
def test_every_kind_of_manifest_keeps_its_media_type(ask: Asking, value: bytes, content_type: str) -> None:
    pushed = ask("PUT", "/v2/a/manifests/1.0", value, {"content-type": content_type})
    assert pushed.status == 201
    answer = ask("GET", "/v2/a/manifests/1.0")
    assert answer.content == value
    assert answer.headers["Content-Type"] == (content_type.partition(";")[0] or OCI_IMAGE)


def changed(**fields: object) -> bytes:
    """IMAGE with other fields; one that is `...` is left out."""
    value = {**json.loads(IMAGE), **fields}
    return json.dumps({key: field for key, field in value.items() if field is not ...}).encode()


ENTRY = json.loads(IMAGE)["layers"][0]

BROKEN = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "not JSON": b"{'a': 1}",
    "two values": b"{} {}",
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": IMAGE.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + IMAGE,
    "a key twice": IMAGE[:-1] + b', "layers": []}',
    "a key twice inside": changed(annotations={}).replace(b"{}}", b'{"a": "1", "a": "2"}}'),
    "NaN": changed(a=float("nan")),
    "a number without an end": b'{"schemaVersion": ' + b"2" * 5000 + b"}",
    "depth": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "depth without an end": b"[" * 1_000_000,
    "no schemaVersion": changed(schemaVersion=...),
    "schemaVersion 1": changed(schemaVersion=1),
    "schemaVersion true": changed(schemaVersion=True),
    "schemaVersion 2.0": changed(schemaVersion=2.0),
    "an unknown mediaType": changed(mediaType="application/json"),
    "a mediaType that is a number": changed(mediaType=7),
    "no config": changed(config=...),
    "config null": changed(config=None),
    "layers in an object": changed(layers={"a": ENTRY}),
    "a layer that is a text": changed(layers=["sha256"]),
    "a layer without a digest": changed(layers=[{"mediaType": "a/b", "size": 1}]),
    "a layer with a broken digest": changed(layers=[{**ENTRY, "digest": "sha256:0"}]),
    "a layer with an unknown digest": changed(layers=[{**ENTRY, "digest": "md5:" + "0" * 32}]),
    "a layer with a digest that is a path": changed(layers=[{**ENTRY, "digest": "sha256:../../../etc/passwd"}]),
    "a layer that is null": changed(layers=[None]),
    "a layer of 2 to the 63 bytes": changed(layers=[{**ENTRY, "size": 2**63}]),
    "a layer of 10 to the 30 bytes": changed(layers=[{**ENTRY, "size": 10**30}]),
    "a layer of a size without an end": changed(layers=[ENTRY]).replace(b'"size": 5', b'"size": ' + b"9" * 5000),
    "a layer of 1e30 bytes": changed(layers=[{**ENTRY, "size": 1e30}]),
    "a layer of 5.0 bytes": changed(layers=[{**ENTRY, "size": 5.0}]),
    "a config of 10 to the 30 bytes": changed(config={**ENTRY, "size": 10**30}),
    "a subject of 10 to the 30 bytes": changed(subject={**ENTRY, "size": 10**30}),
    "a manifest of 10 to the 30 bytes": index(manifests=[{**ENTRY, "size": 10**30}]),
    "a layer of negative size": changed(layers=[{**ENTRY, "size": -1}]),
    "a layer whose size is a text": changed(layers=[{**ENTRY, "size": "5"}]),
    "a layer whose size is true": changed(layers=[{**ENTRY, "size": True}]),
    "a layer whose media type is a number": changed(layers=[{**ENTRY, "mediaType": 7}]),
    "a layer whose data is not Base64": changed(layers=[{**ENTRY, "data": "?"}]),
    "a layer whose platform is a text": changed(layers=[{**ENTRY, "platform": "linux"}]),
    "a layer whose urls are a text": changed(layers=[{**ENTRY, "urls": "http://a"}]),
    "a subject that is a text": changed(subject=str(MISSING)),
    "annotations that are a list": changed(annotations=[]),
    "an annotation that is a number": changed(annotations={"a": 1}),
    "artifactType that is a number": changed(artifactType=1),
    "manifests beside layers": changed(manifests=[]),
    "layers beside manifests": index(layers=[]),
}


ABSENT = {
    "no mediaType": (changed(mediaType=...), OCI_IMAGE),
    "mediaType null": (changed(mediaType=None), OCI_IMAGE),
    "mediaType empty": (changed(mediaType=""), OCI_IMAGE),
    "no layers": (changed(layers=...), OCI_IMAGE),
    "layers null": (changed(layers=None), OCI_IMAGE),
    "artifactType null": (changed(artifactType=None), OCI_IMAGE),
    "annotations and subject null": (changed(annotations=None, subject=None), OCI_IMAGE),
    "an annotation null": (changed(annotations={"a": None}), OCI_IMAGE),
    "manifests null in an image": (changed(manifests=None), OCI_IMAGE),
    "a layer without a media type and a size": (changed(layers=[{"digest": ENTRY["digest"]}]), OCI_IMAGE),
    "a layer with nulls": (changed(layers=[{**ENTRY, "urls": None, "data": None, "platform": None}]), OCI_IMAGE),
    "a layer of the largest size": (changed(layers=[{**ENTRY, "size": 2**63 - 1}]), OCI_IMAGE),
    "a Docker image without layers": (changed(mediaType=DOCKER_IMAGE, layers=...), DOCKER_IMAGE),
    "an index without mediaType": (index(IMAGE, mediaType=None), OCI_INDEX),
    "an index without manifests": (json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX}).encode(), OCI_INDEX),
    "an index with layers null": (index(IMAGE, layers=None, config=None), OCI_INDEX),
    "an index in which nothing stands but null": (b'{"schemaVersion": 2, "manifests": null}', OCI_INDEX),
}
"""What registry v3.1.1 takes, and as what it is pushed: null is as good as absent, and lists may be."""


@pytest.mark.parametrize(("content", "content_type"), ABSENT.values(), ids=ABSENT.keys())
def test_null_is_as_good_as_absent_wherever_registry_3_takes_either(
    repository: Asking, content: bytes, content_type: str
) -> None:
    digest = Digest.of(content)
    assert repository("PUT", "/v2/a/manifests/1.0", content, {"content-type": content_type}).status == 201
    # One that says nothing of what it is, is an index where it has a list of manifests; so says the real registry.
    served = OCI_IMAGE if content == ABSENT["an index in which nothing stands but null"][0] else content_type
    for again in (repository, repository.restarted()):
        for method, status in (("GET", 200), ("HEAD", 200)):
            answer = again(method, "/v2/a/manifests/1.0")
            assert (answer.status, answer.headers["Content-Type"]) == (status, served)
        assert again("GET", f"/v2/a/referrers/{digest}").json["manifests"] == []
    assert repository("DELETE", f"/v2/a/manifests/{digest}").status == 202
    assert repository("GET", "/v2/a/tags/list").json["tags"] == []


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_manifest_is_refused_and_changes_nothing(repository: Asking, content: bytes) -> None:
    repository.push_manifest("a", "1.0", IMAGE)
    answer = repository("PUT", "/v2/a/manifests/1.0", content)
    assert (answer.status, answer.code) == (400, "MANIFEST_INVALID")
    assert repository("GET", "/v2/a/manifests/1.0").content == IMAGE
    by_digest = f"/v2/a/manifests/{Digest.of(content)}"
    assert repository("PUT", by_digest, content).status == 400
    assert repository("GET", by_digest).status == 404


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (IMAGE, OCI_INDEX),
        (IMAGE, DOCKER_IMAGE),
        (IMAGE, "application/json"),
        (index(IMAGE), OCI_IMAGE),
        # Docker's types say what they are.
        (changed(mediaType=...), DOCKER_IMAGE),
    ],
)
def test_a_manifest_is_what_its_content_type_says(ask: Asking, content: bytes, content_type: str) -> None:
    answer = ask("PUT", "/v2/a/manifests/1.0", content, {"content-type": content_type})
    assert (answer.status, answer.code) == (400, "MANIFEST_INVALID")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_bytes_that_do_not_match_their_digest_are_refused(ask: Asking, algorithm: str) -> None:
    path = f"/v2/a/manifests/{Digest.of(IMAGE, algorithm)}"
    answer = ask("PUT", path, IMAGE + b"  ")
    assert (answer.status, answer.code) == (400, "DIGEST_INVALID")
    assert ask("GET", path).status == 404


@pytest.mark.parametrize("chunked", [False, True])
def test_a_manifest_over_the_limit_is_413(storage: Storage, chunked: bool) -> None:
    limited = Asking(storage, max_manifest_size=len(IMAGE))
    assert limited("PUT", "/v2/a/manifests/1.0", Sent(IMAGE, chunked=chunked)).status == 201
    answer = limited("PUT", "/v2/a/manifests/2.0", Sent(IMAGE + b" ", chunked=chunked))
    assert (answer.status, answer.code) == (413, "MANIFEST_INVALID")
    assert limited("GET", "/v2/a/manifests/2.0").status == 404


def test_a_manifest_of_four_megabytes_is_taken(ask: Asking) -> None:
    content = image(annotations={"long": "x" * (4 * 1024 * 1024 - 1000)})
    assert ask("PUT", "/v2/a/manifests/1.0", Sent(content, chunked=True)).status == 201
    assert ask("GET", "/v2/a/manifests/1.0").content == content


def test_who_pushes_a_manifest_without_what_it_names_is_warned(repository: Asking) -> None:
    answer = repository("PUT", "/v2/a/manifests/1.0", image(LAYER, b"not there", config=CONFIG))
    assert answer.status == 201
    assert answer.headers["Warning"].startswith('299 - "')
    assert str(MISSING) in answer.headers["Warning"]
    assert str(Digest.of(LAYER)) not in answer.headers["Warning"]


def test_a_long_warning_is_cut(ask: Asking) -> None:
    answer = ask("PUT", "/v2/a/manifests/1.0", index(*(image(bytes([n])) for n in range(200))))
    assert "and 197 more" in answer.headers["Warning"]
    assert len(answer.headers["Warning"]) < 400


def test_a_layer_that_is_kept_elsewhere_is_not_missed(repository: Asking) -> None:
    foreign = {**ENTRY, "digest": str(MISSING), "urls": ["https://store.example.com/layer"]}
    assert "Warning" not in repository("PUT", "/v2/a/manifests/1.0", changed(layers=[foreign])).headers


def test_an_index_misses_manifests_of_another_repository(repository: Asking) -> None:
    digest = repository.push_manifest("a", "1.0", IMAGE)
    assert "Warning" not in repository("PUT", "/v2/a/manifests/2.0", index(IMAGE)).headers
    assert str(digest) in repository("PUT", "/v2/b/manifests/2.0", index(IMAGE)).headers["Warning"]


def test_the_index_of_a_build_cache_lists_blobs_and_does_not_miss_them(repository: Asking) -> None:
    # As BuildKit writes it with `--cache-to type=registry,image-manifest=false`.
    cache = index(
        manifests=[
            descriptor(LAYER, "application/vnd.oci.image.layer.v1.tar+gzip"),
            descriptor(CONFIG, "application/vnd.buildkit.cacheconfig.v0"),
        ]
    )
    assert "Warning" not in repository("PUT", "/v2/a/manifests/cache", cache).headers
    assert str(Digest.of(LAYER)) in repository("PUT", "/v2/b/manifests/cache", cache).headers["Warning"]
    assert repository("DELETE", f"/v2/a/blobs/{Digest.of(CONFIG)}").status == 202
    warning = repository("PUT", "/v2/a/manifests/cache", cache).headers["Warning"]
    assert str(Digest.of(CONFIG)) in warning
    assert str(Digest.of(LAYER)) not in warning


def test_a_subject_is_told_back_and_need_not_be_there(ask: Asking) -> None:
    subject = {**ENTRY, "digest": str(MISSING)}
    answer = ask("PUT", "/v2/a/manifests/1.0", image(subject=subject))
    assert (answer.status, answer.headers["OCI-Subject"]) == (201, str(MISSING))


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_tags_can_be_set_with_a_digest(ask: Asking, algorithm: str) -> None:
    tags = [f"t{number:02}" for number in range(100)]
    digest = Digest.of(IMAGE, algorithm)
    query = "&".join(f"tag={tag}" for tag in [*tags, "t00"])
    answer = ask("PUT", f"/v2/a/manifests/{digest}?{query}", IMAGE)
    assert (answer.status, answer.headers["OCI-Tag"].split(", ")) == (201, tags)
    assert ask("GET", "/v2/a/tags/list").json["tags"] == tags
    assert ask("GET", "/v2/a/manifests/t42").headers["Docker-Content-Digest"] == str(digest)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("&".join(f"tag=t{number}" for number in range(101)), 414),
        ("&".join(f"tag=t{number}" for number in range(500)), 400),
        ("tag=1.0&tag=..", 400),
        ("tag=", 400),
        ("tag=a%00", 400),
        ("tag=%ff", 400),
    ],
)
def test_tags_that_cannot_be_set_set_none(ask: Asking, query: str, status: int) -> None:
    assert ask("PUT", f"/v2/a/manifests/{Digest.of(IMAGE)}?{query}", IMAGE).status == status
    assert ask("GET", "/v2/a/tags/list").status == 404


def test_a_deleted_tag_leaves_its_manifest_and_other_tags(repository: Asking) -> None:
    digest = repository.push_manifest("a", "1.0", IMAGE)
    repository.push_manifest("a", "2.0", IMAGE)
    assert repository("DELETE", "/v2/a/manifests/1.0").status == 202
    assert repository("GET", "/v2/a/manifests/1.0").status == 404
    assert repository("DELETE", "/v2/a/manifests/1.0").status == 404
    assert repository("GET", f"/v2/a/manifests/{digest}").content == IMAGE
    assert repository("GET", "/v2/a/tags/list").json["tags"] == ["2.0"]


def test_a_deleted_manifest_takes_its_tags_along_and_no_others(repository: Asking) -> None:
    digest = repository.push_manifest("a", "1.0", IMAGE)
    repository.push_manifest("a", "2.0", IMAGE)
    repository.push_manifest("a", "3.0", image())
    assert repository("DELETE", f"/v2/a/manifests/{digest}").status == 202
    for reference in ("1.0", "2.0", digest):
        assert repository("GET", f"/v2/a/manifests/{reference}").status == 404
    assert repository("DELETE", f"/v2/a/manifests/{digest}").status == 404
    assert repository("GET", "/v2/a/tags/list").json["tags"] == ["3.0"]
    repository.push_manifest("a", "1.0", IMAGE)
    assert repository("GET", "/v2/a/manifests/1.0").content == IMAGE


@pytest.mark.parametrize("rotten", [IMAGE.replace(b"layers", b"lairs "), b"", IMAGE[:-9]])
def test_a_manifest_that_has_rotted_is_not_served_and_a_push_heals_it(
    storage: Storage, repository: Asking, rotten: bytes
) -> None:
    digest = repository.push_manifest("a", "1.0", IMAGE)
    storage.publish({layout.blob_data_path(digest): rotten})
    later = repository.restarted()
    for reference in ("1.0", digest):
        for method in ("GET", "HEAD"):
            answer = later(method, f"/v2/a/manifests/{reference}")
            assert (answer.status, answer.code) == (404, "MANIFEST_UNKNOWN")
    later.push_manifest("a", "1.0", IMAGE)
    assert later("GET", "/v2/a/manifests/1.0").content == IMAGE


def test_a_tag_of_nothing_is_404_and_the_next_push_mends_it(storage: Storage, repository: Asking) -> None:
    digest = repository.push_manifest("a", "1.0", IMAGE)
    storage.remove(layout.revision_path("a", digest))
    assert repository("GET", "/v2/a/manifests/1.0").status == 404
    for link in (b"", b"../../x", str(MISSING).encode()):
        storage.publish({layout.tag_current_path("a", "1.0"): link})
        assert repository("GET", "/v2/a/manifests/1.0").status == 404
    repository.push_manifest("a", "1.0", IMAGE)
    assert repository("GET", "/v2/a/manifests/1.0").content == IMAGE


def test_many_manifests_are_remembered_but_not_too_many(repository: Asking) -> None:
    contents = [image(annotations={"fill": str(number) * 30_000}) for number in range(200)]
    for number, content in enumerate(contents):
        repository.push_manifest("a", f"t{number}", content)
    for _ in range(2):
        for number, content in enumerate(contents):
            assert repository("GET", f"/v2/a/manifests/t{number}").content == content
    remembered = repository.registry._state.content._cache.values()
    assert 3_500_000 < sum(len(manifest.content) for manifest in remembered) <= 4 * 1024 * 1024


def test_a_manifest_that_is_pushed_while_it_is_deleted_is_there_or_not_but_no_tag_dangles() -> None:
    class Slow(MemoryStorage):
        def remove(self, path: str) -> bool:
            if "/revisions/" in path:
                push.start()
                push.join(0.2)
            return super().remove(path)

    asking = Asking(Slow())
    push = threading.Thread(target=lambda: asking("PUT", "/v2/a/manifests/1.0", IMAGE))
    digest = asking.push_manifest("a", "1.0", IMAGE)
    assert asking("DELETE", f"/v2/a/manifests/{digest}").status == 202
    push.join()
    assert asking("GET", "/v2/a/tags/list").json["tags"] == ["1.0"]
    assert asking("GET", "/v2/a/manifests/1.0").content == IMAGE


def test_a_tag_never_dangles_while_its_manifest_is_pushed_and_deleted(repository: Asking) -> None:
    digest = Digest.of(IMAGE)
    ended = threading.Event()

    def push() -> None:
        while not ended.is_set():
            repository("PUT", "/v2/a/manifests/1.0", IMAGE)

    def delete() -> None:
        for _ in range(200):
            repository("DELETE", f"/v2/a/manifests/{digest}")
        ended.set()

    threads = [threading.Thread(target=target) for target in (push, push, delete)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if "1.0" in repository("GET", "/v2/a/tags/list").json["tags"]:
        assert repository("GET", "/v2/a/manifests/1.0").content == IMAGE
