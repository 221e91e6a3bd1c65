"""The volume that keeps the images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field
from pydantic.config import JsonDict

from registry_gitops.amounts import parse_quantity
from registry_gitops.masking import quote
from registry_gitops.model import (
    EMPTY,
    AccessMode,
    Annotations,
    Labels,
    ListOf,
    Model,
    OptionalName,
    QuantityText,
    Text,
    custom_error,
)
from registry_gitops.values.volumes import RelativePath

_POSITIVE: Final[JsonDict] = {"exclusiveMinimum": 0, "allOf": [{"pattern": r"^\+?[0-9]*\.?[0-9]*[1-9]"}]}


def _positive(size: str) -> str:
    if parse_quantity(size) <= 0:
        raise custom_error("size", f"{quote(size)} is no size for a volume: write more than 0, such as 10Gi")
    return size


class Persistence(Model):
    """The volume that keeps the images: a PersistentVolumeClaim under `/var/lib/registry`."""

    enabled: bool = True
    """Whether images are stored on a volume. Without one they are lost when the Pod is replaced."""

    size: Annotated[QuantityText, AfterValidator(_positive), Field(json_schema_extra=_POSITIVE)] = "10Gi"
    """Size of the claim, in bytes with a unit. Upstream: PersistentVolumeClaimSpec.resources.requests.storage."""

    storage_class: Annotated[
        str,
        Text(
            "the name of a StorageClass",
            r"-|[a-z0-9]([-a-z0-9.]*[a-z0-9])?",
            "use lower-case letters, digits, '-' and '.', or \"-\" for no class",
            max_length=253,
            empty=True,
            examples=("fast-storage",),
        ),
    ] = ""
    """StorageClass of the claim: "" is the cluster's default, "-" is none, for a volume created by hand."""

    access_modes: Annotated[ListOf[AccessMode], Field(min_length=1)] = ("ReadWriteOnce",)
    """How nodes can mount the volume. More than one replica needs ReadWriteMany, or object storage."""

    existing_claim: OptionalName = ""
    """Name of a PersistentVolumeClaim to use instead of a new one; `size` and `storageClass` then have no effect."""

    sub_path: RelativePath | None = None
    """Directory of the volume with the images, instead of all of the volume. Upstream: VolumeMount.subPath."""

    annotations: Annotations = EMPTY
    """Annotations of the claim."""

    labels: Labels = EMPTY
    """Labels of the claim."""

    resource_policy: Literal["keep", ""] = "keep"
    """"keep" keeps the claim, with the images, when Helm uninstalls the release (helm.sh/resource-policy)."""

    instead: ClassVar[Mapping[str, str]] = {
        "deleteEnabled": "write deletion.enabled, it is not about the volume",
        "accessMode": "write accessModes, a list",
        "storageClassName": "write storageClass",
        "storage": "write size",
        "capacity": "write size",
        "claimName": "write existingClaim",
        "name": "the claim has the full name of the release, write existingClaim for one of your own",
        "volumeName": "create the claim yourself, and name it in existingClaim",
        "selector": "create the claim yourself, and name it in existingClaim",
        "dataSource": "create the claim yourself, and name it in existingClaim",
        "mountPath": "the volume is mounted at /var/lib/registry, leave it out",
        "path": "the volume is mounted at /var/lib/registry, leave it out",
        "hostPath": "create a claim for such a volume, and name it in existingClaim",
        "nfs": "create a claim for such a volume, and name it in existingClaim",
        "emptyDir": "write enabled: false",
        "type": "the volume is a claim, write enabled: false for an emptyDir",
        "persistentVolumeClaim": "write its keys directly below persistence",
        "imageChartStorage": "write storage at the top level of the values, or persistence for a volume",
    }
    other_types: ClassVar[Mapping[str, str]] = {"accessModes": "must be a list: write [ReadWriteOnce]"}
