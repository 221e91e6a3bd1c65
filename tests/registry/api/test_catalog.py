"""The catalog: every repository once, in order, in pages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.registry.contents import ContentStore, Repositories, is_repository, layout
from registry_gitops.registry.storage import MemoryStorage, Storage
from tests.registry.api.asking import Asking, image

# A folder comes before what is in it, and between them what a "-" or "." makes.
NAMES = ["a", "a-b", "a-b/c", "a.b", "a/b", "a/b-c", "a/b/c/d", "a0", "ab", "z/z"]


@pytest.fixture
def filled(ask: Asking) -> Asking:
    """A registry with NAMES."""
    for name in reversed(NAMES):
        ask.push_manifest(name, "1.0", image())
    return ask


def test_repositories_are_listed_in_the_order_of_their_characters(filled: Asking) -> None:
    assert sorted(NAMES) == NAMES
    answer = filled("GET", "/v2/_catalog")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == {"repositories": NAMES}
    assert "Link" not in answer.headers


@pytest.mark.parametrize(
    ("query", "names", "link"),
    [
        ("n=2", NAMES[:2], "n=2&last=a-b"),
        ("n=2&last=a-b", NAMES[2:4], "n=2&last=a.b"),
        ("n=2&last=a.b", NAMES[4:6], "n=2&last=a%2Fb-c"),
        ("n=2&last=a%2Fb-c", NAMES[6:8], "n=2&last=a0"),
        ("n=2&last=a0", NAMES[8:], None),
        ("n=0", [], None),
        ("last=a/b/b", NAMES[6:], None),
        ("last=zz", [], None),
    ],
)
def test_a_page_begins_after_the_last_one(filled: Asking, query: str, names: list[str], link: str | None) -> None:
    answer = filled("GET", f"/v2/_catalog?{query}")
    assert answer.json["repositories"] == names
    assert answer.headers.get("Link") == (link and f'</v2/_catalog?{link}>; rel="next"')


def test_a_registry_without_repositories_has_an_empty_list(ask: Asking) -> None:
    assert ask("GET", "/v2/_catalog").json == {"repositories": []}


def test_only_a_folder_with_manifests_is_a_repository(storage: Storage, filled: Asking) -> None:
    filled.push_blob("blobs/only", b"")
    storage.publish({f"{layout.REPOSITORIES}/Not-a-name/_manifests/x": b"", f"{layout.REPOSITORIES}/file": b""})
    assert filled("GET", "/v2/_catalog").json == {"repositories": NAMES}


NAME = st.from_regex(r"[ab]{1,2}([.-][ab])?(/[ab]{1,2}([.-][ab])?){0,3}", fullmatch=True)


@given(st.sets(NAME, max_size=20), NAME)
def test_the_walk_is_the_sorted_list_from_wherever_it_begins(names: set[str], last: str) -> None:
    assert all(map(is_repository, names))
    storage = MemoryStorage()
    for name in names:
        storage.publish({f"{layout.manifests_path(name)}/tags/x/current/link": b""})
    catalog = Repositories(storage, ContentStore(storage))
    assert list(catalog.list_repositories()) == sorted(names)
    assert list(catalog.list_repositories(last)) == sorted(name for name in names if name > last)


def test_a_page_reads_no_more_folders_than_it_needs() -> None:
    class Counting(MemoryStorage):
        asked: list[str] = []

        def names(self, path: str) -> list[str]:
            self.asked.append(path)
            return super().names(path)

    storage = Counting()
    for number in range(100):
        storage.publish({f"{layout.manifests_path(f'team{number:02}/app')}/tags/x/current/link": b""})
    answer = Asking(storage)("GET", "/v2/_catalog?n=2&last=team50%2Fapp")
    assert answer.json["repositories"] == ["team51/app", "team52/app"]
    assert re.search("n=2&last=team52%2Fapp", answer.headers["Link"])
    assert len(storage.asked) < 12
