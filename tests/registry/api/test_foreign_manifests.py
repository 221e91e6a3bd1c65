"""Manifests that somebody else has stored, whatever is in them: served, listed, collected and deleted, never a 500."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_gitops.registry.contents import Digest, collect_garbage, layout
from registry_gitops.registry.storage import MemoryStorage, Storage
from tests.registry.api.asking import OCI_IMAGE, OCI_INDEX, Asking, descriptor, image, index

SUBJECT = image(config=b"subject")
LAYER = b"layer"
PLAIN = image(LAYER, subject=descriptor(SUBJECT, OCI_IMAGE), annotations={"a": "b"})
SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(PLAIN), **fields}).encode()


# What is stored -> as what it is served.
FOREIGN = {
    "mediaType null": (changed(mediaType=None), OCI_IMAGE),
    "mediaType empty": (changed(mediaType=""), OCI_IMAGE),
    "mediaType a number": (changed(mediaType=7), OCI_IMAGE),
    "mediaType a list": (changed(mediaType=[OCI_INDEX]), OCI_IMAGE),
    "mediaType an object": (changed(mediaType={}), OCI_IMAGE),
    "mediaType true": (changed(mediaType=True), OCI_IMAGE),
    "mediaType with a line break": (changed(mediaType="a/b\r\nSet-Cookie: c=d"), OCI_IMAGE),
    "mediaType not in Latin-1": (changed(mediaType="a/\u20ac"), OCI_IMAGE),
    "mediaType half a character": (changed(mediaType="a/\ud800"), OCI_IMAGE),
    "mediaType without a slash": (changed(mediaType="json"), OCI_IMAGE),
    "mediaType without an end": (changed(mediaType="a/" + "b" * 100_000), OCI_IMAGE),
    "mediaType of old": (changed(mediaType=SCHEMA1), SCHEMA1),
    "mediaType null, an index": (index(PLAIN, mediaType=None), OCI_INDEX),
    "mediaType empty, an index": (index(PLAIN, mediaType=""), OCI_INDEX),
    "mediaType a number, an index": (index(PLAIN, mediaType=7), OCI_INDEX),
    "mediaType null, manifests null": (index(mediaType=None, manifests=None), OCI_IMAGE),
    "mediaType null, both": (changed(mediaType=None, manifests=[]), OCI_INDEX),
    "an index of nulls": (index(manifests=[None, 7, "a", [], {}]), OCI_INDEX),
    "an index of an object": (index(manifests={"digest": "sha256:" + "0" * 64}), OCI_INDEX),
    "all of another type": (
        json.dumps(dict.fromkeys(("schemaVersion", "config", "layers", "subject", "annotations"), 7)).encode(),
        OCI_IMAGE,
    ),
    "subject a list": (changed(subject=[1]), OCI_IMAGE),
    "subject with a digest of another type": (changed(subject={"digest": 7}), OCI_IMAGE),
    "subject a path": (changed(subject={"digest": "sha256:../../../etc/passwd"}), OCI_IMAGE),
    "annotations a list": (changed(annotations=[1]), OCI_IMAGE),
    "annotations of another type": (changed(annotations={"a": 1, "b": "c"}), OCI_IMAGE),
    "config a text": (changed(config="sha256"), OCI_IMAGE),
    "layers an object": (changed(layers={"a": 1}), OCI_IMAGE),
    "a layer with urls of another type": (changed(layers=[{**descriptor(LAYER), "urls": 7}]), OCI_IMAGE),
    "a number without an end": (PLAIN[:-1] + b', "n": ' + b"9" * 100_000 + b"}", OCI_IMAGE),
    "a number over all bounds": (PLAIN[:-1] + b', "n": 1e999999}', OCI_IMAGE),
    "NaN": (PLAIN[:-1] + b', "n": NaN}', OCI_IMAGE),
    "a key twice": (PLAIN[:-1] + b', "mediaType": 7, "mediaType": null}', OCI_IMAGE),
    "not UTF-8": (PLAIN.replace(b'"b"', b'"\xff\xfe"'), OCI_IMAGE),
    "half a character": (changed(annotations={"a": "\ud800"}), OCI_IMAGE),
    "NUL": (changed(annotations={"a": "\0"}), OCI_IMAGE),
    "a byte order mark": (b"\xef\xbb\xbf" + PLAIN, OCI_IMAGE),
    "UTF-16": (PLAIN.decode().encode("utf-16"), OCI_IMAGE),
    "depth": (PLAIN[:-1] + b', "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", OCI_IMAGE),
    "depth without an end": (b'{"a":' * 100_000, OCI_IMAGE),
    "nothing": (b"", OCI_IMAGE),
    "not JSON": (b"\x00\x01\x02", OCI_IMAGE),
    "null": (b"null", OCI_IMAGE),
    "a list": (b"[[]]", OCI_IMAGE),
    "a text": (b'"text"', OCI_IMAGE),
    "a number": (b"7", OCI_IMAGE),
}


def store(storage: Storage, content: bytes, *tags: str) -> Digest:
    """Put a manifest into the repository `a` by hand, as another registry would have it."""
    digest = Digest.of(content)
    link = str(digest).encode()
    files = {layout.blob_data_path(digest): content, f"{layout.revision_path('a', digest)}/link": link}
    files |= {layout.tag_current_path("a", tag): link for tag in tags}
    files |= {layout.tag_index_path("a", tag, digest): link for tag in tags}
    storage.publish(files)
    return digest


@pytest.mark.parametrize(("content", "media_type"), FOREIGN.values(), ids=FOREIGN.keys())
def test_a_manifest_that_nobody_would_take_is_served_listed_and_deleted(
    storage: Storage, ask: Asking, content: bytes, media_type: str
) -> None:
    ask.push_blob("a", LAYER)
    subject = ask.push_manifest("a", "subject", SUBJECT)
    digest = store(storage, content, "x", "y")
    for reference in ("x", "y", digest):
        for method, body in (("GET", content), ("HEAD", None)):
            answer = ask(method, f"/v2/a/manifests/{reference}")
            assert (answer.status, answer.headers["Content-Type"]) == (200, media_type)
            assert body is None or answer.content == body
    for each in (subject, digest):
        listed = ask("GET", f"/v2/a/referrers/{each}")
        assert (listed.status, listed.json["mediaType"]) == (200, OCI_INDEX)
    collect_garbage(storage, older_than=0, delete_untagged=True)
    assert ask("GET", "/v2/a/manifests/x").content == content
    if str(Digest.of(LAYER)).encode() in content:
        assert ask("HEAD", f"/v2/a/blobs/{Digest.of(LAYER)}").status == 200
    assert ask("DELETE", f"/v2/a/manifests/{digest}").status == 202
    for reference in ("x", "y", digest):
        assert ask("GET", f"/v2/a/manifests/{reference}").status == 404
    assert ask("GET", "/v2/a/tags/list").json["tags"] == ["subject"]


@pytest.mark.parametrize(("content", "media_type"), FOREIGN.values(), ids=FOREIGN.keys())
def test_the_fallback_tag_of_referrers_may_name_anything(
    storage: Storage, ask: Asking, content: bytes, media_type: str
) -> None:
    subject = ask.push_manifest("a", "subject", SUBJECT)
    ask.push_manifest("a", "referrer", PLAIN)
    store(storage, content, str(subject).replace(":", "-"))
    listed = ask("GET", f"/v2/a/referrers/{subject}").json["manifests"]
    assert [each["digest"] for each in listed] == [str(Digest.of(PLAIN))]


def test_a_manifest_that_is_right_but_for_its_media_type_still_refers_to_its_subject(
    storage: Storage, ask: Asking
) -> None:
    tag = str(Digest.of(SUBJECT)).replace(":", "-")
    ask.push_manifest("a", "subject", SUBJECT)
    contents = [changed(mediaType=value) for value in (None, "", 7)]
    contents += [FOREIGN[name][0] for name in ("a number without an end", "not UTF-8", "annotations of another type")]
    digests = sorted(str(store(storage, content)) for content in contents)
    store(storage, index(*contents, manifests=[None, *(descriptor(each, OCI_IMAGE) for each in contents)]), tag)
    listed = ask("GET", f"/v2/a/referrers/{Digest.of(SUBJECT)}").json["manifests"]
    assert [each["digest"] for each in listed] == digests
    assert {each["mediaType"] for each in listed} == {OCI_IMAGE}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["digest", "urls", "a"]), inner),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["schemaVersion", "mediaType", "config", "layers", "manifests", "subject", "annotations", "artifactType"]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(FIELDS, JSON).map(json.dumps).map(str.encode) | st.binary(max_size=40))
def test_whatever_is_stored_is_no_reason_to_fail(content: bytes) -> None:
    storage = MemoryStorage()
    ask = Asking(storage)
    digest = store(storage, content, "x")
    answer = ask("GET", "/v2/a/manifests/x")
    assert (answer.status, answer.content) == (200, content)
    assert re.fullmatch(r"[\x21-\x7e]+/[\x21-\x7e]+", answer.headers["Content-Type"])
    assert ask("GET", f"/v2/a/referrers/{digest}").status == 200
    # To push it is right or wrong, and no mistake of ours either.
    assert ask("PUT", "/v2/b/manifests/x", content).status in (201, 400)
    collect_garbage(storage, older_than=0)
    assert ask("DELETE", f"/v2/a/manifests/{digest}").status == 202
    assert ask("GET", "/v2/a/manifests/x").status == 404
