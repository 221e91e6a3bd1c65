"""Lists in pages: `n` items after `last`, and a link to the next ones.

Spec: distribution-spec, "Listing Tags" (the catalog does the same).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from registry_gitops.registry.api.query import Query
from registry_gitops.registry.messages import Response


@dataclass(frozen=True, slots=True)
class Page:
    """What a request asks for."""

    count: int | None
    """How many items; None means all."""
    last: str
    """The items begin after this one; it need not be there."""

    @classmethod
    def of(cls, query: str) -> Page:
        """The page that a query asks for. Raises RegistryError."""
        parameters = Query(query)
        return cls(parameters.number("n"), parameters.one("last") or "")

    def response(self, path: str, items: Iterable[str], key: str, **others: str) -> Response:
        """The page out of all `items` after `last`, in order, as the list `key` of a JSON object."""
        found = list(islice(items, None if self.count is None else self.count + 1))
        headers = [("Content-Type", "application/json")]
        if self.count is not None and len(found) > self.count:
            del found[self.count :]
            if found:
                # Relative, so that it is right behind every proxy.
                following = urlencode({"n": self.count, "last": found[-1]})
                headers.append(("Link", f'<{path}?{following}>; rel="next"'))
        return Response(200, headers, [json.dumps({**others, key: found}).encode()])
