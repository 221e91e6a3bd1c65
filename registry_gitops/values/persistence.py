"""The volume that keeps the images."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

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


def _positive(size: str) -> str:
    if parse_quantity(size) <= 0:
        raise custom_error("size", f"{quote(size)} is no size for a volume: write more than 0, such as 10Gi")
    return size


class Persistence(Model):
    """The volume that keeps the images: a PersistentVolumeClaim under `/var/lib/registry`."""

    enabled: bool = True
    """Whether images are stored on a volume. Without one they are lost when the Pod is replaced."""

    size: Annotated[QuantityText, AfterValidator(_positive)] = "10Gi"
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

    annotations: Annotations = EMPTY
    """Annotations of the claim."""

    labels: Labels = EMPTY
    """Labels of the claim."""

    resource_policy: Literal["keep", ""] = "keep"
    """"keep" keeps the claim, with the images, when Helm uninstalls the release (helm.sh/resource-policy)."""
