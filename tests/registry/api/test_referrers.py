"""Referrers: by link, by the tag that clients used before, filtered. Spec: end-12a, end-12b."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registry_gitops.registry.contents import Digest, layout
from registry_gitops.registry.storage import Storage
from tests.registry.api.asking import OCI_IMAGE, OCI_INDEX, Asking, descriptor, image, index

SUBJECT = image()
OF_SUBJECT = descriptor(SUBJECT, OCI_IMAGE)
SIGNATURE = image(artifactType="application/vnd.example.signature", annotations={"by": "me"}, subject=OF_SUBJECT)
BOM = image(config=b"bom", subject=OF_SUBJECT)
LIST = index(artifactType="application/vnd.example.list", subject=OF_SUBJECT)


def entry(content: bytes, artifact_type: str, **others: Any) -> dict[str, Any]:
    return descriptor(content, json.loads(content)["mediaType"], artifactType=artifact_type, **others)


ENTRIES = [
    entry(SIGNATURE, "application/vnd.example.signature", annotations={"by": "me"}),
    # Without an artifactType it is the media type of its config.
    entry(BOM, "application/vnd.oci.image.config.v1+json"),
    entry(LIST, "application/vnd.example.list"),
]


def by_digest(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entries, key=lambda entry: str(entry["digest"]))


def referrers(ask: Asking, subject: bytes = SUBJECT, query: str = "", algorithm: str = "sha256") -> Any:
    answer = ask("GET", f"/v2/a/referrers/{Digest.of(subject, algorithm)}{query}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, OCI_INDEX)
    assert (answer.json["schemaVersion"], answer.json["mediaType"]) == (2, OCI_INDEX)
    assert ("OCI-Filters-Applied" in answer.headers) == ("artifactType" in query)
    return answer.json["manifests"]


@pytest.fixture
def filled(ask: Asking) -> Asking:
    """A registry with a subject and its referrers in `a`, some by tag and some by digest."""
    ask.push_manifest("a", "1.0", SUBJECT)
    ask.push_manifest("a", "signature", SIGNATURE)
    ask.push_manifest("a", Digest.of(BOM), BOM)
    ask.push_manifest("a", Digest.of(LIST), LIST)
    return ask


def test_what_nothing_refers_to_has_an_empty_index(ask: Asking) -> None:
    assert referrers(ask) == []


def test_every_referrer_is_listed_with_type_and_annotations(filled: Asking) -> None:
    assert referrers(filled) == by_digest(ENTRIES)
    assert referrers(filled, SIGNATURE) == []
    assert filled("GET", f"/v2/b/referrers/{Digest.of(SUBJECT)}").json["manifests"] == []


@pytest.mark.parametrize("number", [0, 1, 2])
def test_referrers_of_one_type_are_listed_alone(filled: Asking, number: int) -> None:
    artifact_type = ENTRIES[number]["artifactType"].replace("+", "%2B")
    assert referrers(filled, query=f"?artifactType={artifact_type}") == [ENTRIES[number]]


def test_referrers_of_a_type_that_there_is_not_are_none(filled: Asking) -> None:
    assert referrers(filled, query="?artifactType=a/b") == []


def test_referrers_come_before_their_subject(ask: Asking) -> None:
    ask.push_manifest("a", "signature", SIGNATURE)
    assert referrers(ask) == ENTRIES[:1]


def test_a_deleted_referrer_is_not_listed(storage: Storage, filled: Asking) -> None:
    assert filled("DELETE", f"/v2/a/manifests/{Digest.of(SIGNATURE)}").status == 202
    assert referrers(filled) == by_digest(ENTRIES[1:])
    assert Digest.of(SIGNATURE).hex not in storage.names(f"{layout.referrers_path('a', Digest.of(SUBJECT))}/sha256")
    filled.push_manifest("a", "signature", SIGNATURE)
    assert referrers(filled) == by_digest(ENTRIES)


def test_referrers_stay_when_their_subject_is_deleted(filled: Asking) -> None:
    filled("DELETE", f"/v2/a/manifests/{Digest.of(SUBJECT)}")
    assert referrers(filled) == by_digest(ENTRIES)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_referrers_that_a_tag_lists_are_listed_too(storage: Storage, filled: Asking, algorithm: str) -> None:
    subject = Digest.of(SUBJECT, algorithm)
    old = image(subject={**OF_SUBJECT, "digest": str(subject)}, artifactType="application/vnd.example.old")
    filled.push_manifest("a", "old", old)
    # As a registry without the API leaves it: the manifests, and an index that a client made.
    storage.remove(layout.referrers_path("a", subject))
    assert entry(old, "application/vnd.example.old") not in referrers(filled, algorithm=algorithm)
    tag = f"{algorithm}-{subject.hex[:64]}"
    deleted = image(annotations={"was": "deleted"}, subject=OF_SUBJECT)
    filled.push_manifest("a", "deleted", deleted)
    filled("DELETE", f"/v2/a/manifests/{Digest.of(deleted)}")
    others = deleted, image(config=b"no referrer"), image(config=b"not there")
    filled.push_manifest("a", tag, index(old, SIGNATURE, *others))
    expected = [entry(old, "application/vnd.example.old")]
    if algorithm == "sha256":
        expected.append(ENTRIES[0])
    assert referrers(filled, algorithm=algorithm) == by_digest(expected)


def test_a_tag_that_lists_nothing_good_does_no_harm(filled: Asking) -> None:
    filled.push_manifest("a", f"sha256-{Digest.of(SUBJECT).hex}", SUBJECT)
    assert referrers(filled) == by_digest(ENTRIES)


def test_a_link_to_what_is_not_there_is_not_listed(storage: Storage, filled: Asking) -> None:
    folder = layout.referrers_path("a", Digest.of(SUBJECT))
    storage.publish({f"{folder}/sha256/{'0' * 64}/link": b"", f"{folder}/sha256/x/link": b""})
    assert referrers(filled) == by_digest(ENTRIES)
