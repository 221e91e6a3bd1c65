"""Lists of tags, whole and in pages. Spec: end-8a, end-8b."""

from __future__ import annotations

import re

import pytest

from registry_gitops.registry.contents import layout
from registry_gitops.registry.storage import Storage
from tests.registry.api.asking import Asking, image

# In the order of their characters, which is not that of a dictionary.
TAGS = ["1.0", "1.10", "1.2", "A", "Z", "_x", "a", "a-b", "a.b", "ab", "z"]


@pytest.fixture
def tagged(ask: Asking) -> Asking:
    """A registry with TAGS in `team/app`."""
    for tag in reversed(TAGS):
        ask.push_manifest("team/app", tag, image())
    return ask


def test_tags_are_listed_in_the_order_of_their_characters(tagged: Asking) -> None:
    answer = tagged("GET", "/v2/team/app/tags/list")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json == {"name": "team/app", "tags": TAGS}
    assert "Link" not in answer.headers


@pytest.mark.parametrize(
    ("query", "tags", "link"),
    [
        ("n=3", TAGS[:3], "n=3&last=1.2"),
        ("n=3&last=1.2", TAGS[3:6], "n=3&last=_x"),
        ("n=3&last=a.b", TAGS[9:], None),
        ("n=11", TAGS, None),
        ("n=10", TAGS[:10], "n=10&last=ab"),
        ("n=999999999999999999", TAGS, None),
        ("n=0", [], None),
        ("n=0&last=A", [], None),
        ("last=a", TAGS[7:], None),
        ("last=aa", TAGS[9:], None),
        ("last=z", [], None),
        ("last=", TAGS, None),
        ("n=1&last=0", TAGS[:1], "n=1&last=1.0"),
        ("unknown=1", TAGS, None),
    ],
)
def test_a_page_begins_after_the_last_one(tagged: Asking, query: str, tags: list[str], link: str | None) -> None:
    answer = tagged("GET", f"/v2/team/app/tags/list?{query}")
    assert answer.json["tags"] == tags
    assert answer.headers.get("Link") == (link and f'</v2/team/app/tags/list?{link}>; rel="next"')


@pytest.mark.parametrize("n", [1, 2, 3, 5, 20])
def test_following_the_links_gives_every_tag_once(tagged: Asking, n: int) -> None:
    found: list[str] = []
    target = f"/v2/team/app/tags/list?n={n}"
    while target:
        answer = tagged("GET", target)
        found += answer.json["tags"]
        match = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("Link", ""))
        target = match[1] if match else ""
    assert found == TAGS


@pytest.mark.parametrize("path", ["/v2/team/app/tags/list", "/v2/_catalog"])
@pytest.mark.parametrize(
    "query", ["n=-1", "n=+5", "n=1_0", "n=x", "n=", "n=1.0", "n=%D9%A1", "n=1&n=2", "last=%ff", "n=" + "9" * 30]
)
def test_a_page_that_is_no_page_is_refused(tagged: Asking, path: str, query: str) -> None:
    answer = tagged("GET", f"{path}?{query}")
    assert (answer.status, answer.code) == (400, "UNSUPPORTED")


def test_a_repository_that_nobody_pushed_to_is_unknown(tagged: Asking) -> None:
    tagged.push_blob("blobs/only", b"")
    for name in ("team", "team/app/more", "other", "blobs/only"):
        answer = tagged("GET", f"/v2/{name}/tags/list")
        assert (answer.status, answer.code) == (404, "NAME_UNKNOWN")


def test_a_repository_whose_tags_were_deleted_has_none(tagged: Asking) -> None:
    for tag in TAGS:
        tagged("DELETE", f"/v2/team/app/manifests/{tag}")
    answer = tagged("GET", "/v2/team/app/tags/list")
    assert (answer.status, answer.json["tags"]) == (200, [])


def test_what_is_not_a_tag_is_not_listed(storage: Storage, tagged: Asking) -> None:
    storage.publish(
        {f"{layout.tags_path('team/app')}/.nfs0001": b"", f"{layout.tags_path('team/app')}/a b/current/link": b""}
    )
    assert tagged("GET", "/v2/team/app/tags/list").json["tags"] == TAGS
