"""Faults of lists that lack entries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from registry_gitops.registry.messages import Request, Response
from registry_gitops.smoke import Level
from tests.smoke.faults.caches import cached
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.mutants.breaking import (
    CATALOG,
    TAGS,
    Change,
    Core,
    answered,
    both,
    content,
    error,
    header,
    instead,
    query_of,
    without,
)


def tags(make: Callable[[list[str]], list[str]]) -> Change:
    """The names in each tag list are others."""

    def edit(found: dict[str, Any]) -> dict[str, Any]:
        return {**found, "tags": make(found["tags"] or [])}

    return answered("GET", TAGS, content(edit), status=200)


def _whole_list_only(right: Core, request: Request) -> Response:
    cut = tags(lambda names: names[:3])
    return right(request) if request.query else cut(right)(request)


def _with_prefix(response: Response) -> Response:
    has_link = "Link" in dict(response.headers)
    return (
        header("Link", lambda link: link.replace("</v2/", "</repository/hub/v2/"))(response) if has_link else response
    )


def _limited(right: Core, request: Request) -> Response:
    return error(400, "PAGINATION_NUMBER_INVALID") if query_of(request).get("n") == "10000" else right(request)


_list = partial(fault, kind="lists", remedy="`ingress.annotations`")

FAULTS: tuple[Fault, ...] = (
    _list("a list loses its last tag", "docker/hub-feedback#361", tags(lambda names: names[:-1]), "tag-list-n"),
    _list(
        "a list is cut after 3 tags, without a Link",
        "opencontainers/distribution-spec#107",
        instead("GET", TAGS, _whole_list_only),
        "tag-list",
    ),
    _list(
        "a list is cut after 100 tags, without a Link",
        "sonatype/nexus-public#209",
        both(tags(lambda names: names[:100]), answered("GET", TAGS, without("Link"))),
        "tag-list-long",
        level=Level.FULL,
    ),
    _list(
        "the Link to the next page is lost",
        "renovatebot/renovate#18447",
        answered("GET", TAGS, without("Link")),
        "tag-list-link",
    ),
    _list(
        "a list has no tags with capital letters",
        "snagles/docker-registry-manager#78",
        tags(lambda names: [name for name in names if name == name.lower()]),
        "tag-list",
    ),
    _list("a cache keeps tag lists", "goharbor/harbor#15513", cached("GET", TAGS), "list-after-push"),
    _list(
        "a list loses the second tag of each page",
        "ivanilves/lstags#99",
        tags(lambda names: [*names[:1], *names[2:]]),
        "tag-list-link",
    ),
    _list(
        "the Link to the next page leads past the registry",
        "sonatype/nexus-public#1011",
        answered("GET", TAGS, _with_prefix),
        "tag-list-link",
    ),
    _list(
        "pages of 10000 tags are refused",
        "distribution/distribution#4844",
        instead("GET", TAGS, _limited),
        "tag-list-n",
        remedy="`image.tag`",
    ),
    _list(
        "a cache keeps the list of repositories",
        "Quiq/registry-ui#67",
        cached("GET", CATALOG),
        "catalog-pages",
        remedy="proxy_cache",
    ),
)
