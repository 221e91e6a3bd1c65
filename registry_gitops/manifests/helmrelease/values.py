"""Values that come from Secrets and ConfigMaps of the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from registry_gitops.manifests.resource import Fault, Manifest, fault
from registry_gitops.manifests.scalars import DataKey, TargetPath
from registry_gitops.model import DNSSubdomain


class ValuesReference(Manifest):
    """One Secret or ConfigMap with values, in the namespace of the HelmRelease. Upstream: ValuesReference.

    References are merged in order, then the inline values over them. A `targetPath` wins over all of these.
    """

    kind: Literal["Secret", "ConfigMap"]
    """Kind of the object."""

    name: DNSSubdomain
    """Name of the object."""

    values_key: DataKey | None = None
    """Key whose content is taken. Default in Flux: values.yaml."""

    target_path: TargetPath | None = None
    """Value that gets the content, keys joined with "."; None means that the content is YAML for the root."""

    optional: bool | None = None
    """Go on when the object is missing. Default in Flux: false."""

    literal: bool | None = None
    """Take the content as it is, commas and brackets included (helm --set-literal). Default in Flux: false."""

    def _faults(self) -> Iterator[Fault]:
        if self.literal and self.target_path is None:
            remedy = "set `targetPath`, or remove `literal`"
            yield fault("needs_target_path", f"literal has no effect without a targetPath: {remedy}", "literal")
