"""Blobs that another repository has already."""

from __future__ import annotations

from registry_gitops.smoke.check import MUST, SHOULD, CheckFailed, Level, Need, NotSupported, check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect, unexpected
from registry_gitops.smoke.remedies import OTHER_REGISTRY
from registry_gitops.smoke.repository import Upload, same


@check(
    "mount",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-11: POST with mount and from",
    remedy=OTHER_REGISTRY,
    needs={Need.PUSH},
)
def mount(context: Context) -> None:
    """A blob of another repository can be mounted.

    Base layers are pushed once, not once for each repository.
    """
    blob = context.blob()
    context.other.push_blob(blob)
    context.repository.ledger.blob(context.repository.name, blob.digest)
    answer = context.repository.ask("POST", f"blobs/uploads/?mount={blob.digest}&from={context.other.name}")
    if answer.status == 202:
        # A registry may answer a mount with a fresh upload. That is slower, not wrong: finish it.
        Upload.of(context.repository, answer).finish(blob, blob.content)
        raise NotSupported("the registry begins an upload (202) in place of mounting")
    if answer.status == 405:
        raise NotSupported("a mount is answered with 405")
    expect(answer, 201)
    same(expect(context.repository.blob(blob.digest), 200), blob)


@check(
    "mount-missing",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-11: what cannot be mounted is answered with 202",
    remedy=OTHER_REGISTRY,
    needs={Need.PUSH},
)
def mount_missing(context: Context) -> None:
    """A missing blob cannot be mounted.

    A client that is told otherwise pushes an image without that layer.
    """
    blob = context.blob()
    answer = context.repository.ask("POST", f"blobs/uploads/?mount={blob.digest}&from={context.other.name}")
    if answer.status == 201:
        context.repository.ledger.blob(context.repository.name, blob.digest)
        raise CheckFailed("a blob that does not exist was mounted (201)")
    if answer.status == 202:
        Upload.of(context.repository, answer).cancel()
    elif not 400 <= answer.status < 500:
        raise unexpected(answer, 202)
