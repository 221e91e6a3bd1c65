"""The tags of a repository. Spec: distribution-spec, "Listing Tags" (end-8a, end-8b)."""

from __future__ import annotations

from bisect import bisect_right

from registry_gitops.registry.api import targets
from registry_gitops.registry.api.pages import Page
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.identifiers import is_tag
from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.messages import Request, Response


def list_tags(state: State, request: Request, at: targets.Tags) -> Response:
    """The tags in the order of their characters. A repository without tags is known as long as it has a folder."""
    page = Page.of(request.query)
    with state.lists:
        tags = state.storage.names(layout.tags(at.name))
        if not tags and not state.storage.names(layout.manifests(at.name)):
            raise RegistryError(Code.NAME_UNKNOWN, "no manifest was ever pushed to this repository")
        after = tags[bisect_right(tags, page.last) :]
        return page.response(f"/v2/{at.name}/tags/list", filter(is_tag, after), "tags", name=at.name)
