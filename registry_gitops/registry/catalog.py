"""The repositories. Spec: distribution-spec keeps `_catalog` for what distribution serves there."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.registry import layout, targets
from registry_gitops.registry.messages import Request, Response
from registry_gitops.registry.names import MAX_REPOSITORY, is_repository
from registry_gitops.registry.pages import Page
from registry_gitops.registry.state import State
from registry_gitops.registry.storage import Storage


def list_repositories(state: State, request: Request, at: targets.Catalog) -> Response:
    """The names in the order of their characters. Folders are read only as far as the page needs them."""
    page = Page.of(request.query)
    with state.lists:
        return page.response("/v2/_catalog", repositories(state.storage, page.last), "repositories")


def repositories(storage: Storage, last: str = "") -> Iterator[str]:
    """The names of the repositories after `last`, in order."""
    return _below(storage, "", _children(storage.names(layout.REPOSITORIES)), last)


def _below(storage: Storage, prefix: str, children: list[str], last: str) -> Iterator[str]:
    """`a`, then `a-b`, then `a/b`: a folder comes twice, as a name, and with `/` for what is in it."""
    inside: dict[str, list[str]] = {}
    for step in sorted([*children, *(f"{child}/" for child in children)]):
        path = prefix + step
        if path < last and not last.startswith(path):
            continue
        child = step.removesuffix("/")
        if child not in inside:
            inside[child] = storage.names(layout.repository(prefix + child))
        entries = inside[child]
        if child != step:
            del inside[child]
            if len(path) < MAX_REPOSITORY:
                yield from _below(storage, path, _children(entries), last)
        elif path > last and "_manifests" in entries and is_repository(path):
            yield path


def _children(entries: list[str]) -> list[str]:
    # What the layout itself puts beside them begins with an underscore, which no name does.
    return [entry for entry in entries if not entry.startswith("_")]
