"""The referrers of a manifest. Spec: distribution-spec, "Listing Referrers", "Enabling the Referrers API" (end-12)."""

from __future__ import annotations

import json

from registry_gitops.registry.api.query import Query
from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import ReferrersTarget
from registry_gitops.registry.contents import OCI_INDEX, Digest, ParsedManifest
from registry_gitops.registry.messages import Request, Response


def list_referrers(state: State, request: Request, target: ReferrersTarget) -> Response:
    """Return an index of the referrers, empty if there are none; with `artifactType`, of those of that type."""
    artifact_type = Query(request.query).get_single("artifactType")
    descriptors = [
        _descriptor(digest, len(manifest.content), parsed)
        for digest, manifest, parsed in state.repositories.list_referrers(target.name, target.subject)
        if artifact_type in (None, parsed.artifact_type or None)
    ]
    headers = [("Content-Type", OCI_INDEX)]
    if artifact_type is not None:
        headers.append(("OCI-Filters-Applied", "artifactType"))
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": descriptors}
    return Response(200, headers, [json.dumps(index).encode()])


def _descriptor(digest: Digest, size: int, parsed: ParsedManifest) -> dict[str, object]:
    descriptor: dict[str, object] = {"mediaType": parsed.media_type, "digest": str(digest), "size": size}
    if parsed.artifact_type:
        descriptor["artifactType"] = parsed.artifact_type
    if parsed.annotations:
        descriptor["annotations"] = parsed.annotations
    return descriptor
