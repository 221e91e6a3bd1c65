"""Lists: the tags of a repository, the repositories, and what is already there to be read."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from registry_gitops.smoke.check import MUST, SHOULD, CheckFailed, Level, Need, NotSupported, Skipped, check
from registry_gitops.smoke.client import Answer
from registry_gitops.smoke.content import EVERY_MANIFEST, digest_of
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect
from registry_gitops.smoke.remedies import OTHER_REGISTRY, PROXY
from registry_gitops.smoke.repository import in_order, listed, next_page

_PAGES = 2000
"""Pages that are read at most, of a list that does not end."""


@check(
    "tag-list",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-8a; operators' README, List",
    remedy=PROXY,
    needs={Need.PUSH},
)
def tag_list(context: Context) -> None:
    """The tags of a repository are listed, in order.

    So people see what is there, and Flux and Renovate what is new.
    """
    ours = _tagged(context)
    tags = _all(context, context.repository.path("tags/list"), "tags")
    missing = [tag for tag in ours if tag not in tags]
    if missing:
        raise CheckFailed(f"the list lacks the tag {missing[0]}, which was just pushed")
    if not in_order(tags):
        if len(listed(context.repository.tags("?n=1"), "tags")) > 1:
            raise NotSupported("the tags come in no order, and always all at once")
        raise CheckFailed(
            "the tags are not in the order of their bytes, so that clients cannot go through them in pages"
        )


@check(
    "tag-list-n",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-8b: n and last",
    remedy=OTHER_REGISTRY,
    needs={Need.PUSH},
)
def tag_list_n(context: Context) -> None:
    """`n` and `last` page the tag list.

    So clients read long lists.
    """
    first, second, third = _tagged(context)
    answer = expect(context.repository.tags(f"?n=1&last={first}"), 200)
    tags = listed(answer, "tags")
    if first in tags and third in tags:
        raise NotSupported("n and last are ignored: the whole list is sent")
    if tags != [second]:
        raise CheckFailed(f"of one tag after {first}, the list has {', '.join(tags[:4]) or 'none'}, not {second}")


@check(
    "tag-list-link",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-8b: Link; RFC 8288",
    remedy=f"{PROXY} `http.relativeUrls` keeps the registry from naming a wrong address.",
    needs={Need.PUSH},
)
def tag_list_link(context: Context) -> None:
    """A part of a list leads to the next, by Link.

    Without it, clients take the first part for everything.
    """
    first, second, third = _tagged(context)
    answer = expect(context.repository.tags(f"?n=1&last={first}"), 200)
    tags = listed(answer, "tags")
    if len(tags) != 1:
        raise NotSupported("n is ignored, so that there is nothing to lead to")
    link = next_page(answer)
    if not link:
        raise NotSupported('a list that has more to come has no Link with rel="next"; clients may ask for it by last')
    _check_place(context, answer, link)
    following = listed(expect(context.client.ask("GET", urljoin(answer.url, link)), 200), "tags")
    if following[:1] != [third]:
        raise CheckFailed(f"the tag after {second} is {', '.join(following[:1]) or 'none'}, not {third}")


@check(
    "catalog",
    Level.SMOKE,
    SHOULD,
    spec="Docker Registry HTTP API V2, Catalog; operators' README, List",
    remedy="A proxy cuts the list, or `configuration.catalog.maxentries` is 0.",
    needs={Need.PUSH},
)
def catalog(context: Context) -> None:
    """The repositories are listed, in order.

    So people see what is there. The specification has no such list, but most registries do.
    """
    context.pushed_image()
    answer = _catalog(context, f"?n=1000&last={context.repository.name[:-1]}")
    names = listed(answer, "repositories")
    if context.repository.name not in names:
        raise CheckFailed(f"the list lacks the repository {context.repository.name}, which has an image")
    if not in_order(names):
        if not next_page(_catalog(context, "?n=1")):
            raise NotSupported("the repositories come in no order, and there are no pages")
        raise CheckFailed("the repositories are not in the order of their bytes")


@check(
    "catalog-pages",
    Level.SMOKE,
    SHOULD,
    spec="Docker Registry HTTP API V2, Catalog, Pagination",
    remedy=f"{PROXY} `http.relativeUrls` keeps the registry from naming a wrong address.",
    needs={Need.PUSH},
)
def catalog_pages(context: Context) -> None:
    """The list of repositories can be read page by page.

    A registry sends 1000 at most: without pages, nobody sees the others.
    """
    context.repository.push(context.image())
    context.other.push(context.image("other"))
    ours = [context.repository.name, context.other.name]
    answer = _catalog(context, f"?n=1&last={ours[0][:-1]}")
    first = listed(answer, "repositories")
    if len(first) > 1:
        raise NotSupported("n is ignored: the whole list is sent")
    link = next_page(answer)
    if not link:
        raise NotSupported('a list that has more to come has no Link with rel="next"; clients may ask for it by last')
    if first and first[0] <= ours[0][:-1]:
        raise CheckFailed(f"the list after {ours[0][:-1]} begins with {first[0]}, which is before it")
    _check_place(context, answer, link)
    names = [*first, *_all(context, urljoin(answer.url, link), "repositories", until=ours[1])]
    missing = [name for name in ours if name not in names]
    if missing:
        raise CheckFailed(f"page by page, the list lacks the repository {missing[0]}")


@check(
    "catalog-read",
    Level.READ,
    SHOULD,
    spec="Docker Registry HTTP API V2, Catalog; operators' README, List",
    remedy="Let `ingress.path` be /, so that all of /v2/ leads to the registry.",
)
def catalog_read(context: Context) -> None:
    """The list of repositories can be asked for.

    It is what people ask first, by the command in the operators' README.
    """
    listed(_catalog(context, "?n=1"), "repositories")


@check(
    "image-read",
    Level.READ,
    MUST,
    spec="distribution-spec, Pulling Manifests and Pulling Blobs",
    remedy="The volume has lost data, or is another one (`persistence.existingClaim`). After garbage collection, "
    "restart the Pod: it may remember what is gone (`configuration.storage.cache.blobdescriptor`).",
)
def image_read(context: Context) -> None:
    """An image that is there already can be pulled.

    Its manifest fits its digest, and all that it names is there.
    """
    place = _some_tag(context)
    if not place:
        raise Skipped("there is no image yet that could be read")
    name, tag = place
    accept = {"Accept": EVERY_MANIFEST}
    answer = context.client.ask("GET", f"/v2/{name}/manifests/{tag}", headers=accept)
    if answer.status == 404:
        raise CheckFailed(f"{name} lists the tag {tag}, which is answered with 404")
    said = expect(answer, 200).headers.get("Docker-Content-Digest", "")
    if said.startswith("sha256:") and said != digest_of(answer.body):
        raise CheckFailed(f"the manifest {name}:{tag} does not fit its digest {said}")
    for kind, digest in _parts(answer.body):
        found = context.client.ask("HEAD", f"/v2/{name}/{kind}/{digest}", headers=accept)
        if found.status == 404:
            raise CheckFailed(f"{name}:{tag} needs {digest}, which is not there")


def _tagged(context: Context) -> tuple[str, str, str]:
    """Three tags of this check, next to each other in the list of tags whatever else is there."""
    image = context.image()
    tags = (context.tag("a"), context.tag("b"), context.tag("c"))
    context.repository.push(image, *tags)
    return tags


def _catalog(context: Context, query: str) -> Answer:
    answer = context.client.ask("GET", f"/v2/_catalog{query}")
    if answer.status in (401, 403):
        raise NotSupported("the user may not list the repositories")
    if answer.status in (404, 405):
        raise NotSupported(f"there is no list of repositories: {answer.status}")
    return expect(answer, 200)


def _all(context: Context, path: str, key: str, until: str = "") -> list[str]:
    """The names of a list from its page `path` on, to the one with the name `until`, or to the end."""
    names: list[str] = []
    for _ in range(_PAGES):
        answer = expect(context.client.ask("GET", path), 200)
        names += listed(answer, key)
        link = next_page(answer)
        if not link or (until and until in names):
            return names
        path = urljoin(answer.url, link)
    raise CheckFailed(f"the list does not end: it has more than {_PAGES} pages")


def _check_place(context: Context, answer: Answer, link: str) -> None:
    elsewhere = context.client.leads_away(answer, link)
    if elsewhere:
        raise CheckFailed(f"Link leads to {elsewhere}, but the registry is at {context.client.url}")


def _some_tag(context: Context) -> tuple[str, str] | None:
    answer = context.client.ask("GET", "/v2/_catalog?n=20")
    if answer.status != 200:
        return None
    for name in listed(answer, "repositories")[:20]:
        tags = context.client.ask("GET", f"/v2/{name}/tags/list?n=1")
        names = listed(tags, "tags") if tags.status == 200 else []
        # Not what a run of ours has there at this moment: it may be gone in the next.
        names = [tag for tag in names if not tag.startswith("smoke-")]
        if names:
            return name, names[0]
    return None


def _parts(body: bytes) -> list[tuple[str, str]]:
    """What a manifest names, as kind and digest; layers that may be elsewhere are left out."""
    try:
        manifest: Any = json.loads(body)
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        raise CheckFailed("a manifest that is there is no JSON object")
    blobs = [manifest.get("config"), *(manifest.get("layers") or [])]
    named = [("blobs", blob) for blob in blobs] + [("manifests", each) for each in manifest.get("manifests") or []]
    return [(kind, str(each["digest"])) for kind, each in named if isinstance(each, dict) and _is_here(each)]


def _is_here(descriptor: dict[str, Any]) -> bool:
    return "digest" in descriptor and not descriptor.get("urls")
