"""What refers to a manifest: signatures, SBOMs and the like.

Spec: distribution-spec, "Listing Referrers" (end-12a, end-12b) and "Enabling the Referrers API".
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from registry_gitops.registry.api import targets
from registry_gitops.registry.api.manifests import has, tagged
from registry_gitops.registry.api.query import Query
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents import manifest_parser as document
from registry_gitops.registry.contents.content_store import Manifest
from registry_gitops.registry.contents.identifiers import ALGORITHMS, Digest
from registry_gitops.registry.messages import Request, Response


def list_referrers(state: State, request: Request, at: targets.Referrers) -> Response:
    """An index of them, empty where there are none; with `artifactType`, of those of that type."""
    wanted = Query(request.query).one("artifactType")
    found = [
        descriptor
        for digest in sorted({*_linked(state, at), *_fallback(state, at)}, key=str)
        if has(state, at.name, digest) and (manifest := state.contents.manifest(digest))
        if (descriptor := _descriptor(at.subject, digest, manifest))
        and wanted in (None, descriptor.get("artifactType"))
    ]
    headers = [("Content-Type", document.OCI_INDEX)]
    if wanted is not None:
        headers.append(("OCI-Filters-Applied", "artifactType"))
    index = {"schemaVersion": 2, "mediaType": document.OCI_INDEX, "manifests": found}
    return Response(200, headers, [json.dumps(index).encode()])


def _linked(state: State, at: targets.Referrers) -> Iterator[Digest]:
    for algorithm in ALGORITHMS:
        for encoded in state.storage.names(f"{layout.referrers(at.name, at.subject)}/{algorithm}"):
            digest = Digest.parse(f"{algorithm}:{encoded}")
            if digest:
                yield digest


def _fallback(state: State, at: targets.Referrers) -> Iterator[Digest]:
    """The referrers that clients listed under a tag, when the registry that had the data did not list them."""
    tag = f"{at.subject.algorithm}-{at.subject.hex[:64]}"
    digest = tagged(state, at.name, tag)
    index = state.contents.manifest(digest) if digest else None
    if index:
        yield from index.says().manifests


def _descriptor(subject: Digest, digest: Digest, manifest: Manifest) -> dict[str, object] | None:
    """The entry of a manifest in the list, if that is its subject."""
    says = manifest.says()
    if says.subject != subject:
        return None
    descriptor: dict[str, object] = {
        "mediaType": says.media_type,
        "digest": str(digest),
        "size": len(manifest.content),
    }
    if says.artifact_type:
        descriptor["artifactType"] = says.artifact_type
    if says.annotations:
        descriptor["annotations"] = says.annotations
    return descriptor
