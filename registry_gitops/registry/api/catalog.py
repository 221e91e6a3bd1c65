"""The list of repositories. The distribution-spec reserves `_catalog` for what distribution serves there."""

from __future__ import annotations

from registry_gitops.registry.api.query import Page
from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import CatalogTarget
from registry_gitops.registry.messages import Request, Response


def list_repositories(state: State, request: Request, target: CatalogTarget) -> Response:
    """Return the names, sorted by code point."""
    page = Page.parse(request.query)
    with state.list_lock:
        return page.response("/v2/_catalog", state.repositories.list_repositories(page.last), "repositories")
