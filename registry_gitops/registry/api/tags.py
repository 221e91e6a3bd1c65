"""The tag list. Spec: distribution-spec, "Listing Tags" (end-8a, end-8b)."""

from __future__ import annotations

from registry_gitops.registry.api.query import Page
from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import TagsTarget
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import Request, Response


def list_tags(state: State, request: Request, target: TagsTarget) -> Response:
    """Return the tags, sorted by code point. A repository without tags is known as long as its directory exists."""
    page = Page.parse(request.query)
    with state.list_lock:
        tags = state.repositories.list_tags(target.name, page.last)
        if tags is None:
            raise RegistryError(Code.NAME_UNKNOWN, "no manifest was ever pushed to this repository")
        return page.response(f"/v2/{target.name}/tags/list", tags, "tags", name=target.name)
