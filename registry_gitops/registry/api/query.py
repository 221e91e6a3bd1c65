"""The parameters of a request, and the page of a list that they select.

Spec: distribution-spec, "Listing Tags": `n` items after `last`, and a link to the next page. The catalog does the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import parse_qs, urlencode

from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import Response

MAX_PARAMETERS: Final = 200
"""Parameters of one request. The most that any endpoint permits is 100 tags of one manifest."""

_NUMBER = re.compile(r"[0-9]{1,18}")


class Query:
    """Parameters by name. Raises RegistryError for what is malformed, but only when it is read."""

    def __init__(self, text: str) -> None:
        try:
            self._values = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
        except ValueError:
            raise _invalid(f"not a query of at most {MAX_PARAMETERS} parameters in UTF-8") from None

    def get_all(self, name: str) -> list[str]:
        """Return all values of a parameter, in order."""
        return self._values.get(name, [])

    def get_single(self, name: str) -> str | None:
        """Return the value of a parameter that can be given once."""
        values = self.get_all(name)
        if len(values) > 1:
            raise _invalid(f"the parameter {name} is given more than once")
        return values[0] if values else None

    def get_number(self, name: str) -> int | None:
        """Return the value of a parameter that is an integer from 0 on."""
        text = self.get_single(name)
        if text is None:
            return None
        if _NUMBER.fullmatch(text) is None:
            raise _invalid(f"the parameter {name} is not a number")
        return int(text)


def _invalid(detail: str) -> RegistryError:
    return RegistryError(Code.UNSUPPORTED, detail, status=400)


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a list that a request selects."""

    count: int | None
    """Number of items; None means all."""
    last: str
    """The page begins after this item, whether or not it exists."""

    @classmethod
    def parse(cls, query: str) -> Page:
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
