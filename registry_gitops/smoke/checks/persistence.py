"""Checks of persistence: images survive a restart."""

from __future__ import annotations

from registry_gitops.smoke.check import check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedy import Remedy


@check(
    "kept-after-restart",
    level=Level.READ,
    spec="pitfall: images on a volume that is deleted with the Pod",
    remedy=Remedy(
        "Set `persistence.enabled` to true, and mount the volume where the registry writes "
        "(`configuration.storage.filesystem.rootdirectory`); `configuration.storage.inmemory` is lost on a restart.",
        sets={"persistence.enabled": True},
        otherwise="The registry writes elsewhere than to the volume "
        "(`configuration.storage.filesystem.rootdirectory`), or the claim was replaced: `kubectl describe pod` shows "
        "which one is mounted.",
    ),
)
def kept_after_restart(context: Context) -> None:
    """An image that was pushed before a restart is there after it.

    A Pod moves with every update of its node, and loses images that are not on a volume.
    """
    restart = context.options.restart
    if restart is None:
        raise Skipped("no image was pushed before a restart: see --before-restart")
    repository = context.repository.with_name(restart.repository)
    repository.push_record.add_manifest(
        restart.repository, restart.manifest.digest, restart.tag, len(restart.manifest.content)
    )
    for blob in restart.manifest.blobs:
        repository.push_record.add_blob(restart.repository, blob.digest, len(blob.content))
    if repository.request_manifest(restart.tag).status == 404:
        raise CheckFailed(f"the image {restart.repository}:{restart.tag} did not survive the restart")
    repository.expect_stored(restart.manifest, restart.tag)


CHECKS = (kept_after_restart,)
