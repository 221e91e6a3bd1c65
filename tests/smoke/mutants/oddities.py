"""What few registries do, but the specification allows: no check fails for it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from random import Random
from typing import Final

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.breaking import (
    ANY,
    MANIFEST,
    TAGS,
    Change,
    Core,
    error,
    instead,
    mutant,
    query_of,
    whole,
)

BY_DIGEST: Final = r".*/manifests/sha256:.*"
DOCKER: Final = "application/vnd.docker.distribution.manifest"
JITTER: Final = 0.02
"""Seconds at most."""


def _regardless_of_case(right: Core, request: Request) -> Response:
    """Tags are sorted by their letters, as version 1.1 of the specification says in words."""
    response = right(replace(request, query=""))
    if response.status != 200:
        return response
    body = json.loads(whole(response))
    query = query_of(request)
    last = query.get("last", "")
    tags = sorted(body["tags"], key=lambda tag: (tag.casefold(), tag))
    after = [tag for tag in tags if (tag.casefold(), tag) > (last.casefold(), last)]
    count = int(query.get("n", len(after)))
    headers = [(name, value) for name, value in response.headers if name.lower() not in ("link", "content-length")]
    if after[count:] and count:
        headers.append(("Link", f'<{request.path}?n={count}&last={after[count - 1]}>; rel="next"'))
    return Response(200, headers, [json.dumps({**body, "tags": after[:count]}).encode()])


def _keeps_tagged(status: int, code: str) -> Change:
    """What has a tag cannot be deleted by its digest."""

    def answer(right: Core, request: Request) -> Response:
        repository, _, digest = request.path.rpartition("/manifests/")
        listed = right(Request("GET", f"{repository}/tags/list", "", request.headers, request.body))
        tags = json.loads(whole(listed)).get("tags") or [] if listed.status == 200 else []
        for tag in tags:
            head = right(Request("HEAD", f"{repository}/manifests/{tag}", "", {"accept": "*/*"}, request.body))
            if dict(head.headers).get("Docker-Content-Digest") == digest:
                return error(status, code)
        return right(request)

    return instead("DELETE", BY_DIGEST, answer)


def _only_oci(right: Core, request: Request) -> Response:
    if request.headers.get("content-type", "").startswith(DOCKER):
        return error(415, "MANIFEST_INVALID")
    return right(request)


def _jitter() -> Change:
    """Every response takes as long as it likes."""
    random = Random("jitter")

    def answer(right: Core, request: Request) -> Response:
        time.sleep(random.uniform(0, JITTER))
        return right(request)

    return instead(ANY, ANY, answer)


ODDITIES: Final = (
    mutant("tags are sorted regardless of case", instead("GET", TAGS, _regardless_of_case)),
    mutant("a tagged image cannot be deleted: 400", _keeps_tagged(400, "UNSUPPORTED")),
    mutant("a tagged image cannot be deleted: 409", _keeps_tagged(409, "DENIED")),
    mutant("a tagged image cannot be deleted: 405", _keeps_tagged(405, "UNSUPPORTED")),
    mutant("only OCI's types are accepted", instead("PUT", MANIFEST, _only_oci)),
    mutant("every response takes as long as it likes", _jitter()),
)
