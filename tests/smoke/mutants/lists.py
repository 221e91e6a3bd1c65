"""Broken lists of tags and repositories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.breaking import (
    CATALOG,
    TAGS,
    Change,
    Core,
    answered,
    content,
    header,
    instead,
    mutant,
    query_of,
    refused,
)


def _each(key: str, make: Callable[[list[str]], list[str]], path: str) -> Change:
    """The names in a list are others."""

    def edit(found: dict[str, Any]) -> dict[str, Any]:
        return {**found, key: make(found[key])}

    return answered("GET", path, content(edit), status=200)


def ignored(parameter: str, path: str) -> Change:
    """A parameter is not looked at."""

    def answer(right: Core, request: Request) -> Response:
        kept = [f"{name}={value}" for name, value in query_of(request).items() if name != parameter]
        return right(replace(request, query="&".join(kept)))

    return instead("GET", path, answer)


def _last_again(key: str, path: str) -> Change:
    """A page begins with the name that it is to begin after."""

    def answer(right: Core, request: Request) -> Response:
        response = right(request)
        last = query_of(request).get("last")
        if last is None or response.status != 200:
            return response
        return content(lambda found: {**found, key: [last, *found[key]]})(response)

    return instead("GET", path, answer)


def _lost(response: Response) -> Response:
    """Link leads to a page that begins too late."""
    link = dict(response.headers).get("Link")
    return header("Link", lambda right: right.replace("last=", "last=zzz"))(response) if link else response


def _others(names: list[str]) -> list[str]:
    return [name for name in names if "smoke" not in name]


def _shapeless(key: str, path: str) -> Change:
    """A list without its name."""
    return answered("GET", path, content(lambda found: found[key]), status=200)


TAG = "tag-list"
ALL_TAGS = (TAG, f"{TAG}-n", f"{TAG}-link", "list-after-push")
PAGES = "catalog-pages"
GHOST = "delete-manifest-ghost"

LISTS = (
    mutant("tags: none", refused("GET", TAGS, 404, "NAME_UNKNOWN"), *ALL_TAGS),
    mutant("tags: the last first", _each("tags", lambda names: names[::-1], TAGS), TAG, f"{TAG}-n"),
    mutant("tags: the first is missing", _each("tags", lambda names: names[1:], TAGS), f"{TAG}-n"),
    mutant("tags: last is not looked at", ignored("last", TAGS), f"{TAG}-n", f"{TAG}-link"),
    mutant("tags: last is listed again", _last_again("tags", TAGS), f"{TAG}-n"),
    mutant("tags: n is not looked at", ignored("n", TAGS), f"{TAG}-n"),
    mutant("tags: Link skips names", answered("GET", TAGS, _lost), f"{TAG}-link"),
    mutant("tags: another shape", _shapeless("tags", TAGS), *ALL_TAGS, GHOST, "image-read"),
    mutant("repositories: an error", refused("GET", CATALOG, 500, "UNKNOWN"), "catalog-read", "catalog", PAGES),
    mutant("repositories: the last first", _each("repositories", lambda names: names[::-1], CATALOG), "catalog"),
    mutant("repositories: none of ours", _each("repositories", _others, CATALOG), "catalog", PAGES),
    mutant("repositories: Link skips names", answered("GET", CATALOG, _lost), PAGES),
    mutant(
        "repositories: another shape",
        _shapeless("repositories", CATALOG),
        *("catalog-read", "catalog", PAGES, "image-read"),
    ),
)
