"""A manifest that registry v3.1.1 takes we take, and serve as it does; and one that it refuses we refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.registry.api.asking import DOCKER_IMAGE, DOCKER_LIST, OCI_IMAGE
from tests.registry.interop.conftest import CONFIG as SETTINGS
from tests.registry.interop.conftest import Serving
from tests.registry.interop.documents import CHILD, CONFIG, LAYER, MEDIA_TYPES, Case, cases
from tests.support.oci_content import Blob
from tests.support.oci_http import ACCEPT, Repository
from tests.support.oci_registry import ServedRegistry
from tests.support.registry import RealRegistry

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]

DIFFERENCES = {
    r"^schemaVersion: ": "theirs is 500 where it is a number that is not 2",
    r"^(subject|artifactType)[:.]": "they do not read it; we answer by it, so that it has to be right or null",
    r"size: (negative|-9223372036854775808)$": "they take less than no bytes",
    r"\.data: list": "Go takes bytes as a list of numbers, too; the spec has Base64 only",
    rf"^{re.escape(OCI_IMAGE)} layers\.0\.urls: list of (null|text)": "theirs is 500 where one is no URL",
    rf"^{re.escape(DOCKER_IMAGE)} (annotations|manifests): ": "they do not read it in a Docker image",
    rf"^{re.escape(DOCKER_LIST)} (annotations|config|layers): ": "they do not read it in a Docker list",
}
"""Where we differ, and why. Of a document that is both an image and an index no two clients see the same."""


@dataclass(frozen=True)
class Outcome:
    """What comes of a push: status; if it is taken, media type and bytes, and the status of a deletion."""

    status: int
    served: tuple[int, str, bytes] | None = None
    deleted: int = 0


@pytest.fixture(scope="module")
def theirs(tool: Callable[[str], Path]) -> Iterator[Repository]:
    with RealRegistry(tool("registry"), SETTINGS) as served:
        yield prepared(served.url)


@pytest.fixture(scope="module")
def ours() -> Iterator[Repository]:
    with ServedRegistry() as served:
        yield prepared(served.url)


def prepared(url: str) -> Repository:
    """A repository with all that the documents name."""
    repository = Repository(url, "app")
    for content in (CONFIG, LAYER):
        repository.push_blob(Blob("application/octet-stream", content))
    repository.put_manifest(Blob(MEDIA_TYPES[0], CHILD), "child")
    return repository


def push(repository: Repository, case: Case, tag: str, session: requests.Session) -> requests.Response:
    url = f"{repository.url}/v2/app/manifests/{tag}"
    return session.put(url, data=case.content, headers={"Content-Type": case.content_type}, timeout=60)


def pull(url: str, tag: str, session: requests.Session) -> tuple[int, str, bytes]:
    answer = session.get(f"{url}/v2/app/manifests/{tag}", headers=ACCEPT, timeout=60)
    return answer.status_code, answer.headers["Content-Type"], answer.content


def outcome(repository: Repository, case: Case, session: requests.Session) -> Outcome:
    pushed = push(repository, case, "it", session)
    if pushed.status_code != requests.codes.created:
        return Outcome(pushed.status_code)
    served = pull(repository.url, "it", session)
    digest = pushed.headers["Docker-Content-Digest"]
    deleted = session.delete(f"{repository.url}/v2/app/manifests/{digest}", timeout=60)
    return Outcome(pushed.status_code, served, deleted.status_code)


def difference(case: Case) -> str | None:
    """The entry of DIFFERENCES that a case falls under."""
    names = (case.name, f"{case.content_type} {case.name}")
    return next((form for form in DIFFERENCES if any(re.search(form, name) for name in names)), None)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_push_has_the_same_outcome_as_with_registry_3(theirs: Repository, ours: Repository, media_type: str) -> None:
    unknown: list[str] = []
    listed: set[str | None] = set()
    met: set[str | None] = set()
    with requests.Session() as session:
        for case in cases(media_type):
            their, our = (outcome(each, case, session) for each in (theirs, ours))
            assert our.status in (201, 400), case.name
            listed.add(difference(case))
            if their != our:
                met.add(difference(case))
            if their != our and difference(case) is None:
                unknown.append(f"{case.name}: theirs {their}, ours {our}")
    assert unknown == []
    assert listed - met <= {None}, "these are no differences any more"


@pytest.mark.parametrize("writer", ["distribution", "ours"])
@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_what_one_has_taken_the_other_serves_and_deletes(serving: Serving, writer: str, media_type: str) -> None:
    reader = "ours" if writer == "distribution" else "distribution"
    with requests.Session() as session, serving(writer) as url:
        repository = prepared(url)
        answers = {f"t{n}": push(repository, case, f"t{n}", session) for n, case in enumerate(cases(media_type))}
        digests = {tag: each.headers["Docker-Content-Digest"] for tag, each in answers.items() if each.ok}
        written = {tag: pull(url, tag, session) for tag in digests}
    with requests.Session() as session, serving(reader) as url:
        assert {tag: pull(url, tag, session) for tag in written} == written
        for digest in set(digests.values()):
            if reader == "ours":
                listed = session.get(f"{url}/v2/app/referrers/{digest}", timeout=60)
                assert listed.status_code == requests.codes.ok
            deleted = session.delete(f"{url}/v2/app/manifests/{digest}", timeout=60)
            assert deleted.status_code == requests.codes.accepted
        assert Repository(url, "app").tags() == ["child"]
