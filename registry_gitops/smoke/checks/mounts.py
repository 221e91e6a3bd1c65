"""Checks of mounts: blobs that another repository already has."""

from __future__ import annotations

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import LocalBlob
from registry_gitops.smoke.remedies import OTHER_REGISTRY
from registry_gitops.smoke.repository import READS, Upload, expect_same_bytes

_NO_MOUNT = (401, 405)
"""Status codes after which clients push the blob, or that tell that there are no mounts."""


@check(
    "mount", requirement=RECOMMENDED, spec="distribution-spec, end-11: POST with mount and from", remedy=OTHER_REGISTRY
)
def mount(context: Context) -> None:
    """A blob of another repository can be mounted.

    Clients push a base layer once, not once for each repository.
    """
    blob = context.make_blob()
    context.other_repository.push_blob(blob)
    for method in READS:
        context.repository.request_blob(blob.digest, method=method)  # A cache must not keep that it is missing.
    context.repository.push_record.add_blob(context.repository.name, blob.digest)
    response = _mount(context, blob)
    if response.status == 202:
        # A registry is allowed to start an upload instead: finish it.
        Upload.from_response(context.repository, response).finish(blob, blob.content)
        raise NotSupported("the registry starts an upload (202) instead of a mount")
    if response.status == 405:
        raise NotSupported("POST with mount returned 405")
    expect_status(response, 201)
    expect_status(context.repository.request_blob(blob.digest, method="HEAD"), 200)
    expect_same_bytes(expect_status(context.repository.request_blob(blob.digest), 200), blob)


@check("mount-missing", spec="distribution-spec, end-11: 202 if the blob cannot be mounted", remedy=OTHER_REGISTRY)
def mount_missing(context: Context) -> None:
    """A missing blob cannot be mounted, and starts an upload.

    A client that gets a 201 for it pushes an image without that layer. containerd, BuildKit, and oras end the push if
    they get a 400, 403, or 404: they name repositories from which they have pulled, of other registries too.
    """
    blob = context.make_blob()
    response = _mount(context, blob)
    if response.status == 201:
        context.repository.push_record.add_blob(context.repository.name, blob.digest)
        raise CheckFailed("a missing blob was mounted (201)")
    if response.status == 202:
        Upload.from_response(context.repository, response).cancel()
    elif response.status not in _NO_MOUNT:
        raise status_failure(response, 202)


@check(
    "mount-without-from",
    requirement=RECOMMENDED,
    spec="distribution-spec, end-11: from is optional",
    remedy=OTHER_REGISTRY,
)
def mount_without_from(context: Context) -> None:
    """A mount that names no repository is done, or starts an upload.

    crane, ko, and Jib send it for each layer that they have not downloaded.
    """
    blob = context.pushed_blob()
    response = context.repository.request("POST", f"blobs/uploads/?mount={blob.digest}")
    if response.status == 202:
        Upload.from_response(context.repository, response).cancel()
    elif 400 <= response.status < 500:
        raise NotSupported(f"POST with mount, but without from, returned {response.status}")
    else:
        expect_status(response, 201, 202)
    missing = context.make_blob("missing")
    response = context.repository.request("POST", f"blobs/uploads/?mount={missing.digest}")
    if response.status == 201:
        raise CheckFailed("a missing blob was mounted (201)")
    if response.status == 202:
        Upload.from_response(context.repository, response).cancel()
    elif not 400 <= response.status < 500:
        raise status_failure(response, 202)


def _mount(context: Context, blob: LocalBlob) -> RegistryResponse:
    query = f"?mount={blob.digest}&from={context.other_repository.name}"
    return context.repository.request("POST", f"blobs/uploads/{query}")


CHECKS = (
    mount,
    mount_missing,
    mount_without_from,
)
