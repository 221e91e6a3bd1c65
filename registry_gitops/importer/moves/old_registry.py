"""What runs before a move: its objects, as kubectl names them, and who keeps them as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


@dataclass(frozen=True)
class OldRegistry:
    """What runs before the move."""

    namespace: str
    workload: str
    """Kind and name of what runs the Pods, as kubectl writes them: deployment/registry."""
    selector: str
    """Labels of the Pods, as kubectl writes them."""
    claim: str = ""
    """Name of the claim with the images; "" if there is none."""
    directory: Mapping[str, Any] = field(default_factory=dict)
    """The source of a volume of the Pod that has the images without a claim, such as hostPath."""
    kept: Sequence[str] = ()
    """Objects that the new release takes over, as kubectl writes them: service/registry."""
    removed: Sequence[str] = ()
    """Other objects that the new release replaces, which must be gone before: ingress/registry."""
    image: str = ""
    """Image that can give the files of the claim to another user, if they belong to root; else ""."""
    placement: Mapping[str, Any] = field(default_factory=dict)
    """What decides on which nodes its Pod runs, and how they pull its image: keys of the Pod's spec."""
    deletes_claims: bool = False
    """Whether it is a StatefulSet that deletes its claims with itself."""
    has_namespace: bool = False
    """Whether the manifest of the Namespace leaves its file too."""

    @property
    def anchor(self) -> str:
        """An object that stays, which knows what has applied it."""
        return next(iter(self.kept), "") or (f"pvc/{self.claim}" if self.claim else self.workload)


class Holder(Enum):
    """Who installs and upgrades a release of Helm."""

    FLUX = auto()
    """The helm-controller of Flux 2."""

    FLUX_1 = auto()
    """The Helm Operator of Flux 1."""

    K3S = auto()
    """The helm-controller of k3s."""

    HELM = auto()
    """A person, or a pipeline, with `helm`."""


@dataclass(frozen=True)
class OldRelease:
    """The release of Helm that the old registry is."""

    holder: Holder
    name: str
    """Name of the release."""
    held_by: str = ""
    """Object that the holder installs it from, as kubectl writes it with its namespace; "" for Helm itself."""
    chart: str = ""
    """How to see that Flux has the old HelmRelease again: JSONPATH=VALUE of it; "" for other holders."""
    kept: Sequence[str] = ()
    """Objects of the release that the new one reads, and does not render, as kubectl writes them: secret/users."""
