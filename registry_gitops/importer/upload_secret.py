"""The secret for uploads that several replicas must share, or pushes fail when they reach another Pod."""

from __future__ import annotations

import secrets

from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.importer.config_variables import VARIABLES


def share_upload_secret(draft: ConfigDraft) -> None:
    """Add the secret to a draft with several replicas, unless they have one."""
    count = draft.get("values.replicaCount")
    has_several = draft.get("values.autoscaling.enabled") not in (None, False) or (isinstance(count, int) and count > 1)
    variables = [each.get("name") for each in draft.get(VARIABLES) or ()]
    if has_several and not draft.get("values.http.existingSecret") and "REGISTRY_HTTP_SECRET" not in variables:
        name = f"{draft.name}-http"
        draft.add_secret(name, {"http-secret": secrets.token_hex(32)})
        draft.put("values.http.existingSecret", name)
        draft.differences.append(f"the replicas share the upload secret of a new Secret, {name}")
