"""Checks of replicas: uploads and pulls on connections to different replicas."""

from __future__ import annotations

from typing import Final

from registry_gitops.smoke.check import check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status
from registry_gitops.smoke.exceptions import CheckFailed
from registry_gitops.smoke.remedies import REPLICAS, STORAGE_NOT_SHARED

CONNECTIONS: Final = 12
_MAX_BYTES: Final = 4 * 1024 * 1024
"""Bytes to send, in fewer chunks if the registry demands large ones."""


@check("replicas-upload", spec="pitfall: replicas that do not share http.secret or storage", remedy=REPLICAS)
def replicas_upload(context: Context) -> None:
    """An upload can continue on new connections.

    A Service can send each connection to another replica. If that does not know the upload, the push fails.
    """
    upload = context.repository.start_upload()
    size = upload.chunk_size
    chunks = min(CONNECTIONS, max(2, _MAX_BYTES // size))
    blob = context.make_blob(size=chunks * size)
    for start in range(0, chunks * size, size):
        with context.client.with_new_connections() as fresh:
            upload = upload.with_client(fresh)
            expect_status(upload.send(blob.content[start : start + size], start=start), 202)
    upload.with_client(context.client).finish(blob)


@check("replicas-read", spec="pitfall: replicas that do not share their storage", remedy=STORAGE_NOT_SHARED)
def replicas_read(context: Context) -> None:
    """A pushed image is there for every client, whichever replica responds.

    Otherwise, a part of the pulls fails.
    """
    image, tag = context.make_image(), context.make_tag("a")
    context.repository.push(image, tag)
    missing = 0
    for _ in range(CONNECTIONS):
        with context.client.with_new_connections() as fresh:
            missing += context.repository.with_client(fresh).request_manifest(tag).body != image.content
    if missing:
        raise CheckFailed(f"on {missing} of {CONNECTIONS} new connections, a pushed image is missing")


CHECKS = (
    replicas_upload,
    replicas_read,
)
