"""The lists of tags and of repositories, page by page.

Spec: distribution-spec, "Listing Tags" (end-8a, end-8b): `n` items after `last`, and a link to the next page. It
reserves `_catalog` for what distribution serves there: the repositories.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from registry_gitops.registry.api.query import Query
from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import CatalogTarget, TagsTarget
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import Request, Response


def list_tags(state: State, request: Request, target: TagsTarget) -> Response:
    """Return the tags, sorted by code point. A repository without tags is known as long as its directory exists."""
    page = _Page.parse(request.query)
    with state.list_lock:
        tags = state.repositories.list_tags(target.name, page.last)
        if tags is None:
            raise RegistryError(Code.NAME_UNKNOWN, "no manifest was ever pushed to this repository")
        return page.response(f"/v2/{target.name}/tags/list", tags, "tags", name=target.name)


def list_repositories(state: State, request: Request, target: CatalogTarget) -> Response:
    """Return the names, sorted by code point."""
    page = _Page.parse(request.query)
    with state.list_lock:
        return page.response("/v2/_catalog", state.repositories.list_repositories(page.last), "repositories")


@dataclass(frozen=True, slots=True)
class _Page:
    """The part of a list that a request selects."""

    count: int | None
    """Number of items; None means all."""
    last: str
    """The page begins after this item, whether or not it exists."""

    @classmethod
    def parse(cls, query: str) -> _Page:
        """Parse a query. Raises RegistryError."""
        parameters = Query(query)
        return cls(parameters.get_number("n"), parameters.get_single("last") or "")

    def response(self, path: str, items: Iterable[str], key: str, **others: str) -> Response:
        """Return a JSON object with the page as the list `key`, from all sorted `items` after `last`."""
        page = list(islice(items, None if self.count is None else self.count + 1))
        headers = [("Content-Type", "application/json")]
        if self.count is not None and len(page) > self.count:
            del page[self.count :]
            if page:
                # Relative, so that it is valid behind every proxy.
                following = urlencode({"n": self.count, "last": page[-1]})
                headers.append(("Link", f'<{path}?{following}>; rel="next"'))
        return Response(200, headers, [json.dumps({**others, key: page}).encode()])
