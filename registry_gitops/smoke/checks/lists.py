"""Checks of lists: the tags of a repository, the repositories, and the images that they name."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import quote, urljoin

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.checks.caches import CACHE
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import ACCESS_REFUSED, expect_own_origin, expect_status, parse_error_codes
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported, Skipped
from registry_gitops.smoke.images import ACCEPT_ALL, sha256_digest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import PROXY, ROUTE
from registry_gitops.smoke.remedy import Remedy, at_least, is_set
from registry_gitops.smoke.repository import Upload, is_sorted, parse_names, parse_next_link, parse_object

LISTS = (
    "Stop the proxy in front of the registry from caching, cutting, or rewriting lists: see `ingress.annotations`. If "
    "there is no proxy, run the registry of the chart: `image.repository` library/registry, with a current `image.tag`."
)
LARGE_PAGES = Remedy(
    "Registry 3.1.0 refuses pages of more than `configuration.tags.maxtags` tags: set `image.tag` to 3.1.1 or newer.",
    sets={"image.tag": at_least("3.1.1")},
)
LONG_LIST: Final = 120
WORKERS: Final = 8
LINK = f"{PROXY} `http.relativeUrls` keeps the registry from sending a wrong address."
_ATTEMPTS: Final = 5
"""distribution reads its directories for a list, and returns 500 if one disappears meanwhile."""
_PAUSE: Final = 0.1
"""Seconds before the second attempt. The pauses grow by as much."""
_MAX_PAGES = 2000
"""Pages to read of a list that does not end."""


@check("tag-list", spec="distribution-spec, end-8a; operators' README, List", remedy=LISTS)
def tag_list(context: Context) -> None:
    """The tag list is complete, and has each tag once.

    People read it to see what exists, Flux and Renovate to see what is new.
    """
    pushed = _tags(context)
    tags = _read_pages(context, context.repository.path("tags/list"), "tags")
    _expect_all(pushed, tags)
    _expect_end(context, tags)
    if not is_sorted(tags):
        if len(parse_names(context.repository.request_tags("?n=1"), "tags")) > 1:
            raise NotSupported("the tags are not sorted, and there are no pages")
        raise CheckFailed("the tags are not sorted, so clients cannot read them in pages")


@check("tag-list-n", spec="distribution-spec, end-8b: n and last", remedy=LISTS)
def tag_list_n(context: Context) -> None:
    """`n` and `last` page the tag list.

    Clients read long lists in pages, and Renovate asks for pages of 10000 tags.
    """
    large = context.repository.request_tags("?n=10000")
    if "PAGINATION_NUMBER_INVALID" in parse_error_codes(large):
        raise CheckFailed(f"GET of tags/list?n=10000 returned {large.status}, so Renovate sees no tags", LARGE_PAGES)
    first, second, third = _in_order(context)[:3]
    response = expect_status(context.repository.request_tags(f"?n=1&last={first}"), 200)
    tags = parse_names(response, "tags")
    if first in tags and third in tags:
        raise NotSupported("n and last are ignored: the response has the whole list")
    if tags != [second]:
        raise CheckFailed(f"the page of one tag after {first} has {', '.join(tags[:4]) or 'none'}, expected {second}")


@check("tag-list-link", spec="distribution-spec, end-8b: Link; RFC 8288", remedy=LINK)
def tag_list_link(context: Context) -> None:
    """Pages of the tag list link to the next page, up to the last tag.

    crane, skopeo, and Flux follow the header Link. Without it, they take the first page for the whole list.
    """
    expected = _in_order(context)
    first, *others, last = expected
    path = context.repository.path(f"tags/list?n=2&last={first}")
    response = expect_status(context.client.request("GET", path), 200)
    count = len(parse_names(response, "tags"))
    if count > 2:
        raise NotSupported("n is ignored, so there is no next page")
    link = parse_next_link(response)
    if link:
        expect_own_origin(context.client, response, link)
    elif count == 2:
        raise _no_link(context)
    tags = _read_pages(context, path, "tags", until=(last,))
    _expect_all([*others, last], tags)


@check("tag-list-long", level=Level.FULL, spec="distribution-spec, end-8a and end-8b", remedy=LISTS)
def tag_list_long(context: Context) -> None:
    """A list of more than 100 tags is complete.

    Some registries and proxies return at most 100 names. If they send no Link, the newest version is never seen.
    """
    image = context.make_variant()
    tags = [context.make_tag(f"{number:03}") for number in range(LONG_LIST)]

    def push(tag: str) -> None:
        context.repository.store(image, tag)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(push, tags))
    for query in ("", "?n=1000"):
        _expect_all(tags, _read_pages(context, context.repository.path(f"tags/list{query}"), "tags", until=tags))


@check(
    "catalog",
    requirement=RECOMMENDED,
    spec="Docker Registry HTTP API V2, Catalog; operators' README, List",
    remedy=Remedy(
        "Set `configuration.catalog.maxentries` to 1000 or more, and stop the proxy in front of the registry from "
        "truncating the list: see `ingress.annotations`.",
        sets={"configuration.catalog.maxentries": lambda limit: not isinstance(limit, int) or limit >= 1000},
        otherwise="Stop the proxy in front of the registry from truncating the list: see `ingress.annotations`.",
    ),
)
def catalog(context: Context) -> None:
    """The list of repositories is complete and sorted.

    It shows people what exists. The specification has no such list, but most registries do.
    """
    context.pushed_image()
    response = _request_catalog(context, _around(context))
    names = parse_names(response, "repositories")
    if context.repository.name not in names:
        raise CheckFailed(f"the list lacks the repository {context.repository.name}, which has an image")
    if not is_sorted(names):
        if not parse_next_link(_request_catalog(context, "?n=1")):
            raise NotSupported("the repositories are not sorted, and there are no pages")
        raise CheckFailed("the repositories are not sorted by their bytes")


@check("catalog-pages", requirement=RECOMMENDED, spec="Docker Registry HTTP API V2, Catalog, Pagination", remedy=LINK)
def catalog_pages(context: Context) -> None:
    """The list of repositories can be read in pages.

    A registry returns at most 1000 names at once: without pages, the others stay invisible.
    """
    context.pushed_image()
    context.other_repository.push(context.make_image("other"))
    pushed = [context.repository.name, context.other_repository.name]
    # catalog-read has read the same list before the first push to the other repository.
    listed = parse_names(_request_catalog(context, _around(context)), "repositories")
    if pushed[1] not in listed:
        raise CheckFailed(f"the list lacks the repository {pushed[1]}, which was just pushed", CACHE)
    response = _request_catalog(context, f"?n=1&last={pushed[0][:-1]}")
    first = parse_names(response, "repositories")
    if len(first) > 1:
        raise NotSupported("n is ignored: the response has the whole list")
    link = parse_next_link(response)
    if not link:
        raise _no_link(context)
    if first and first[0] <= pushed[0][:-1]:
        raise CheckFailed(f"the page after {pushed[0][:-1]} begins with {first[0]}, which sorts before it")
    expect_own_origin(context.client, response, link)
    names = [*first, *_read_pages(context, urljoin(response.url, link), "repositories", until=pushed)]
    missing = [name for name in pushed if name not in names]
    if missing == pushed[:1] and listed.index(pushed[1]) < listed.index(pushed[0]):
        raise NotSupported(
            f"the pages lack the repository {missing[0]}, as those of registry 3 on object storage do "
            "(distribution/distribution#4891): read the list without n"
        )
    if missing:
        raise CheckFailed(f"the pages lack the repository {missing[0]}")


@check(
    "catalog-read",
    level=Level.READ,
    requirement=RECOMMENDED,
    spec="Docker Registry HTTP API V2, Catalog; operators' README, List",
    remedy=Remedy(
        "Set `ingress.path` to /, so that all of /v2/ leads to the registry.",
        sets={"ingress.path": "/"},
        otherwise=ROUTE,
    ),
)
def catalog_read(context: Context) -> None:
    """The list of repositories can be read.

    The operators' README uses it to show what the registry contains.
    """
    parse_names(_request_catalog(context, _around(context)), "repositories")


@check(
    "image-read",
    level=Level.READ,
    spec="distribution-spec, Pulling Manifests and Pulling Blobs",
    remedy=Remedy(
        "Set `persistence.existingClaim` to the claim that has the images, or push lost images again. After garbage "
        "collection, restart the Pod: its cache (`configuration.storage.cache.blobdescriptor`) can have deleted blobs.",
        sets={"persistence.existingClaim": is_set},
        otherwise="Push lost images again. After garbage collection, restart the Pod: its cache "
        "(`configuration.storage.cache.blobdescriptor`) can have deleted blobs.",
    ),
)
def image_read(context: Context) -> None:
    """An existing image can be pulled.

    Its manifest matches its digest, and everything that it references exists.
    """
    image = _find_image(context)
    if not image:
        raise Skipped("the registry has no image yet")
    name, tag = image
    accept = {"Accept": ACCEPT_ALL}
    response = context.client.request("GET", f"/v2/{name}/manifests/{tag}", headers=accept)
    if response.status == 404:
        raise CheckFailed(f"GET of the tag {tag}, which {name} lists, returned 404")
    expected = expect_status(response, 200).headers.get("Docker-Content-Digest", "")
    if expected.startswith("sha256:") and expected != sha256_digest(response.body):
        raise CheckFailed(f"the manifest {name}:{tag} does not match its digest {expected}")
    for kind, digest in _references(response):
        if context.client.request("HEAD", f"/v2/{name}/{kind}/{digest}", headers=accept).status == 404:
            raise CheckFailed(f"{name}:{tag} references {digest}, which is missing")


def _tags(context: Context) -> list[str]:
    """Return tags of all forms that are allowed, which all checks of the tag list share."""
    return context.run.once("tags", lambda: _push_tags(context))


def _push_tags(context: Context) -> list[str]:
    image = context.images.make_variant("tags", context.pushed_image()[0])
    prefix = f"smoke-{context.seed}-tag-list"
    tags = [f"{prefix}-a", f"{prefix}-B.2_c", f"{prefix}-c", f"{prefix}-{'d' * 128}"[:128]]
    for tag in tags:
        context.repository.store(image, tag)
    return tags


def _in_order(context: Context) -> list[str]:
    """Return the tags in the order of the registry: by bytes, or regardless of case."""
    tags = _tags(context)
    listed = parse_names(expect_status(context.repository.request_tags("?n=1000"), 200), "tags")
    place = {tag: number for number, tag in enumerate(listed)}
    return sorted(tags, key=lambda tag: place.get(tag, len(listed)))


def _expect_end(context: Context, tags: list[str]) -> None:
    """Return if no tag follows the last one of a list that was read to its end. Raises CheckFailed."""
    response = context.repository.request_tags(f"?n=1&last={quote(tags[-1])}")
    following = parse_names(response, "tags") if response.status == 200 else []
    if not following or following[0] in tags:
        return
    # Another check can have pushed it meanwhile: then the list has it now.
    if following[0] not in _read_pages(context, context.repository.path("tags/list"), "tags"):
        raise CheckFailed(f"the list ends after {len(tags)} tags, without a Link, although {following[0]} follows")


def _no_link(context: Context) -> CheckFailed | NotSupported:
    """Return what it means that a page has no Link: distribution always sends one, other registries need not."""
    response = context.repository.request("POST", "blobs/uploads/")
    Upload.from_response(context.repository, response).cancel()
    if "_state=" in response.location:
        return CheckFailed('a page has no Link with rel="next", which this registry sends: it was lost on the way')
    return NotSupported('a page has no Link with rel="next"; clients can request the next one with last')


def _expect_all(expected: Sequence[str], names: list[str]) -> None:
    """Return if the list has each name, and each once. Raises CheckFailed."""
    found = Counter(names)
    missing = [name for name in expected if not found[name]]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise CheckFailed(f"the list lacks the tag {missing[0]}{more}, which was just pushed")
    repeated = [name for name in expected if found[name] > 1]
    if repeated:
        raise CheckFailed(f"the list has the tag {repeated[0]} {found[repeated[0]]} times")


def _around(context: Context) -> str:
    """Return the query of the list that has the repositories of smoke."""
    number = min(1000, context.expectations.catalog_limit or 1000)
    return f"?n={number}&last={context.repository.name[:-1]}"


def _request_list(context: Context, path: str) -> RegistryResponse:
    for attempt in range(_ATTEMPTS):
        time.sleep(attempt * _PAUSE)
        response = context.client.request("GET", path)
        if response.status != 500:
            break
    return response


def _request_catalog(context: Context, query: str) -> RegistryResponse:
    response = _request_list(context, f"/v2/_catalog{query}")
    if response.status in ACCESS_REFUSED:
        raise NotSupported("the user is not allowed to list the repositories")
    if response.status in (404, 405):
        raise NotSupported(f"GET of the list of repositories returned {response.status}")
    return expect_status(response, 200)


def _read_pages(context: Context, path: str, key: str, until: Sequence[str] = ()) -> list[str]:
    """Return the names of a list from the page `path` to the one with the last of `until`, or to the end."""
    names: list[str] = []
    for _ in range(_MAX_PAGES):
        response = expect_status(_request_list(context, path), 200)
        names += parse_names(response, key)
        link = parse_next_link(response)
        if not link or (until and set(until) <= set(names)):
            return names
        path = urljoin(response.url, link)
    raise CheckFailed(f"the list does not end: it has more than {_MAX_PAGES} pages")


def _find_image(context: Context) -> tuple[str, str] | None:
    """Return the repository and tag of an image that no run of smoke pushed."""
    response = context.client.request("GET", "/v2/_catalog?n=20")
    if response.status != 200:
        return None
    for name in parse_names(response, "repositories")[:20]:
        tags = context.client.request("GET", f"/v2/{name}/tags/list?n=1")
        names = parse_names(tags, "tags") if tags.status == 200 else []
        # A concurrent run of smoke deletes its tags.
        names = [tag for tag in names if not tag.startswith("smoke-")]
        if names:
            return name, names[0]
    return None


def _references(response: RegistryResponse) -> list[tuple[str, str]]:
    """Return the kind and digest of all that a manifest references, without layers that have URLs of their own."""
    manifest = parse_object(response)
    blobs = [manifest.get("config"), *(manifest.get("layers") or [])]
    children = manifest.get("manifests") or []
    return [
        (kind, str(descriptor["digest"]))
        for kind, descriptors in (("blobs", blobs), ("manifests", children))
        for descriptor in descriptors
        if isinstance(descriptor, dict) and "digest" in descriptor and not descriptor.get("urls")
    ]


CHECKS = (
    catalog_read,
    image_read,
    tag_list,
    tag_list_n,
    tag_list_link,
    tag_list_long,
    catalog,
    catalog_pages,
)
