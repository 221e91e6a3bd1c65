"""The repositories. Spec: distribution-spec keeps `_catalog` for what distribution serves there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice

from registry_gitops.registry.api import targets
from registry_gitops.registry.api.pages import Page
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.identifiers import MAX_REPOSITORY, is_repository
from registry_gitops.registry.messages import Request, Response
from registry_gitops.registry.storage import Storage


def list_repositories(state: State, request: Request, at: targets.Catalog) -> Response:
    """The names in the order of their characters. Folders are read only as far as the page needs them."""
    page = Page.of(request.query)
    with state.lists:
        return page.response("/v2/_catalog", repositories(state.storage, page.last), "repositories")


def repositories(storage: Storage, last: str = "") -> Iterator[str]:
    """The names of the repositories after `last`, in order."""
    return _below(storage, "", storage.names(layout.REPOSITORIES), last)


def _below(storage: Storage, prefix: str, entries: list[str], last: str) -> Iterator[str]:
    """The names after `last` of the repositories in the folder that `prefix` (empty, or with a `/` behind it) names.

    `a`, then `a-b`, then `a/b`: what is in a folder comes behind the names that begin like it and go on with what is
    less than `/`. Until then it waits, the folder that is to come next as the last one.
    """
    waiting: list[tuple[str, list[str]]] = []
    for child in _candidates(entries, last[len(prefix) :] if last.startswith(prefix) else ""):
        # What the layout itself puts beside them begins with an underscore, which no name does.
        if child.startswith("_"):
            continue
        path = prefix + child
        while waiting and f"{waiting[-1][0]}/" < path:
            yield from _repositories_inside(storage, *waiting.pop(), last)
        inside = storage.names(layout.repository(path))
        if path > last and "_manifests" in inside and is_repository(path):
            yield path
        waiting.append((path, inside))
    while waiting:
        yield from _repositories_inside(storage, *waiting.pop(), last)


def _candidates(entries: list[str], last: str) -> Iterator[str]:
    """The entries, which are sorted, from `last` on, and before them those that `last` begins with.

    In no other one can there be a repository after `last`.
    """
    first = bisect_left(entries, last)
    for end in range(1, min(len(last), MAX_REPOSITORY)):
        at = bisect_left(entries, last[:end], 0, first)
        if at < first and entries[at] == last[:end]:
            yield entries[at]
    yield from islice(entries, first, None)


def _repositories_inside(storage: Storage, path: str, entries: list[str], last: str) -> Iterator[str]:
    prefix = f"{path}/"
    if len(prefix) < MAX_REPOSITORY and (prefix > last or last.startswith(prefix)):
        yield from _below(storage, prefix, entries, last)
