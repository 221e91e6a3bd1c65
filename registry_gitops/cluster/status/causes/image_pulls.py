"""The kubelet cannot pull an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.kubectl_errors import find_remedy
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import list_containers
from registry_gitops.cluster.status.snapshot import Snapshot

_NOT_PULLED: Final = ("ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
_EXISTING_TAG: Final = "set `values.image.tag`, or `values.image.digest`, to one that exists"
_ADD_CREDENTIALS: Final = "set `values.image.pullSecrets` to a Secret with credentials"
_IMAGE_REMEDIES: Final = {
    "not found": _EXISTING_TAG,
    "manifest unknown": _EXISTING_TAG,
    "couldn't parse": "correct `values.image.repository` and `values.image.tag`",
    "unauthorized": f"{_ADD_CREDENTIALS}; check `values.image.repository` too",
    "denied": f"{_ADD_CREDENTIALS}; check `values.image.repository` too",
    "no basic auth": _ADD_CREDENTIALS,
    "toomanyrequests": f"{_ADD_CREDENTIALS}, or set `values.image.registry` to a mirror",
    "ErrImageNeverPull": "set `values.image.pullPolicy: IfNotPresent`, or load the image onto the node",
}
_IMAGE_UNREACHABLE: Final = (
    "check `values.image.registry`, `values.image.repository`, and `values.image.tag`, and that the node can reach "
    "that registry"
)


def image_not_pulled(snapshot: Snapshot) -> Iterator[Cause]:
    """The kubelet cannot pull the image."""
    for pod in snapshot.unready_pods:
        for container in list_containers(pod):
            if container.waiting in _NOT_PULLED:
                # Older kubelets write only "Back-off pulling image": their event has the reason.
                pulls = (event.message for event in snapshot.events_of(pod) if "Failed to pull" in event.message)
                message = container.message if ": " in container.message else next(pulls, container.message)
                remedy = find_remedy(f"{message} {container.waiting}", _IMAGE_REMEDIES, _IMAGE_UNREACHABLE)
                yield new_cause(
                    CauseId.IMAGE_NOT_PULLED,
                    pod,
                    f"the image {container.image} cannot be pulled",
                    f"{remedy}; {RENDER}",
                    evidence=message,
                    since=pod.created,
                )
                return


CAUSES: Final[tuple[FindCause, ...]] = (image_not_pulled,)
