"""What distribution has written we serve, and the reverse: also after deletes and its garbage collection."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
import requests

from tests.registry.interop.conftest import Serving
from tests.support.oci_content import PLATFORMS, Blob, artifact, image, index
from tests.support.oci_http import Repository

pytestmark = pytest.mark.tools

_random = Random("interop")
KIB = 1024

OLD, NEW, GONE, UNTAGGED = (image(_random, KIB, 200 * KIB) for _ in range(4))
MANY = index(image(_random, 5 * KIB), image(_random, 7 * KIB, platform=PLATFORMS[1]))
DOCKERS = index(
    image(_random, KIB, docker=True), image(_random, 2 * KIB, docker=True, platform=PLATFORMS[1]), docker=True
)
SIGNATURE = artifact(_random, KIB, subject=NEW)
LATER = image(_random, 3000 * KIB)


@dataclass
class Expected:
    """What a repository holds: what its tags name, what has no tag, and what was deleted."""

    tags: dict[str, Blob]
    untagged: list[Blob] = field(default_factory=list)
    gone: list[Blob] = field(default_factory=list)


def write(url: str) -> dict[str, Expected]:
    """Push, move a tag, delete by digest and by tag; and say what is there now."""
    app, many, docker = (Repository(url, name) for name in ("team/app", "team/app/many", "zoo"))
    app.push(OLD, "1.0", "latest")
    app.push(NEW, "1.1", "latest")
    app.push(GONE, "0.9", "0.9.1")
    app.push(UNTAGGED, "draft")
    app.push(SIGNATURE)
    app.ask("DELETE", f"manifests/{GONE.digest}")
    app.ask("DELETE", "manifests/draft")
    many.push(MANY, "v1")
    docker.push(DOCKERS, "v2", "a" * 128)
    return {
        "team/app": Expected({"1.0": OLD, "1.1": NEW, "latest": NEW}, [UNTAGGED, SIGNATURE], [GONE]),
        "team/app/many": Expected({"v1": MANY}),
        "zoo": Expected({"a" * 128: DOCKERS, "v2": DOCKERS}),
    }


def check(url: str, expected: dict[str, Expected]) -> None:
    """See that all of that is served, byte for byte, and nothing of what is gone."""
    assert requests.get(f"{url}/v2/_catalog", timeout=60).json() == {"repositories": sorted(expected)}
    for name, wanted in expected.items():
        repository = Repository(url, name)
        assert repository.tags() == sorted(wanted.tags)
        for tag, content in wanted.tags.items():
            assert repository.manifest(tag) == (content.media_type, content.content)
        for content in (*wanted.tags.values(), *wanted.untagged):
            assert repository.lacks(content) == []
        assert [content for content in wanted.gone if repository.manifest(content.digest)] == []


def blobs_of(contents: Iterable[Blob]) -> set[str]:
    return {digest for content in contents for digest in content.contents}


@pytest.mark.parametrize(("writer", "reader"), [("distribution", "ours"), ("ours", "distribution")])
def test_one_serves_what_the_other_has_written_and_back_again(writer: str, reader: str, serving: Serving) -> None:
    with serving(writer) as url:
        expected = write(url)
        check(url, expected)
    with serving(reader) as url:
        check(url, expected)
        # The reader goes on: a new image, a tag that moves, a deletion of each kind.
        app = Repository(url, "team/app")
        app.push(LATER, "2.0", "latest")
        app.ask("DELETE", "manifests/1.0")
        app.ask("DELETE", f"manifests/{UNTAGGED.digest}")
        expected["team/app"] = Expected({"1.1": NEW, "2.0": LATER, "latest": LATER}, [OLD, SIGNATURE], [GONE, UNTAGGED])
        check(url, expected)
    with serving(writer) as url:
        check(url, expected)


def test_both_leave_the_same_files_but_for_our_links_to_referrers(serving: Serving, folder: Path) -> None:
    left = {}
    for writer in ("distribution", "ours"):
        with serving(writer) as url:
            write(url)
        left[writer] = {
            str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in folder.rglob("*")
            if file.is_file()
        }
        shutil.rmtree(folder)
    extra = {path for path in left["ours"].keys() - left["distribution"].keys() if "/_referrers/" in path}
    assert {path: left["ours"][path] for path in left["ours"].keys() - extra} == left["distribution"]
    assert len(extra) == 1


@pytest.mark.parametrize("writer", ["distribution", "ours"])
def test_after_distributions_garbage_collection_all_that_is_named_is_served_by_both(
    writer: str, serving: Serving, collect_garbage: Callable[..., None]
) -> None:
    with serving(writer) as url:
        expected = write(url)
    collect_garbage()
    only_gone = blobs_of([GONE]) - blobs_of([OLD, NEW, UNTAGGED, SIGNATURE, MANY, DOCKERS])
    for reader in ("ours", "distribution"):
        with serving(reader) as url:
            check(url, expected)
            assert [digest for digest in only_gone if Repository(url, "team/app").blob(digest)] == []


@pytest.mark.parametrize("writer", ["distribution", "ours"])
def test_after_it_has_deleted_what_has_no_tag_the_rest_is_served_by_both(
    writer: str, serving: Serving, collect_garbage: Callable[..., None]
) -> None:
    with serving(writer) as url:
        expected = write(url)
    collect_garbage("--delete-untagged")
    app = expected["team/app"]
    app.untagged, app.gone = [], [GONE, UNTAGGED, SIGNATURE]
    for reader in ("ours", "distribution"):
        with serving(reader) as url:
            check(url, expected)
    # Nobody has told us that the signature went; still we do not name what we cannot serve.
    with serving("ours") as url:
        assert Repository(url, "team/app").ask("GET", f"referrers/{NEW.digest}").json()["manifests"] == []


def test_what_was_collected_can_be_pushed_again(serving: Serving, collect_garbage: Callable[..., None]) -> None:
    with serving("ours") as url:
        write(url)
    collect_garbage("--delete-untagged")
    with serving("ours") as url:
        app = Repository(url, "team/app")
        for content in (GONE, UNTAGGED, SIGNATURE):
            app.push(content)
            assert app.lacks(content) == []
        listed = app.ask("GET", f"referrers/{NEW.digest}").json()["manifests"]
        assert [each["digest"] for each in listed] == [SIGNATURE.digest]


def test_we_finish_an_upload_that_distribution_has_begun(serving: Serving, folder: Path) -> None:
    layer = LATER.parts[1]
    half = len(layer.content) // 2
    more = half + half // 2
    with serving("distribution") as url:
        place = Repository(url, "team/app").ask("POST", "blobs/uploads/").headers["Location"]
        Repository(url, "team/app").ask("PATCH", place, data=layer.content[:half])
    path = place.partition("?")[0].partition("/v2/")[2]
    with serving("ours") as url:
        app = Repository(url, "team/app")
        assert app.ask("GET", f"/v2/{path}").headers["Range"] == f"0-{half - 1}"
        app.ask("PATCH", f"/v2/{path}", data=layer.content[half:more])
    with serving("ours") as url:
        app = Repository(url, "team/app")
        assert app.ask("GET", f"/v2/{path}").headers["Range"] == f"0-{more - 1}"
        app.ask("PUT", f"/v2/{path}?digest={layer.digest}", data=layer.content[more:])
        assert app.lacks(layer) == []
    assert list(folder.rglob("_uploads/*")) == []
    with serving("distribution") as url:
        assert Repository(url, "team/app").lacks(layer) == []


def test_distribution_steps_over_an_upload_that_we_have_begun(
    serving: Serving, collect_garbage: Callable[..., None]
) -> None:
    layer = LATER.parts[1]
    with serving("ours") as url:
        expected = write(url)
        place = Repository(url, "team/app").ask("POST", "blobs/uploads/").headers["Location"]
        Repository(url, "team/app").ask("PATCH", place, data=layer.content[:1000])
    collect_garbage("--delete-untagged")
    expected["team/app"].untagged = []
    with serving("distribution") as url:
        check(url, expected)
    with serving("ours") as url:
        app = Repository(url, "team/app")
        assert app.ask("GET", place).headers["Range"] == "0-999"
        app.ask("PUT", f"{place}?digest={layer.digest}", data=layer.content[1000:])
        assert app.lacks(layer) == []
