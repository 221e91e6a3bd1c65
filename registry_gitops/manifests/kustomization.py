"""The kustomization file that makes one whole of a folder. (Flux's Kustomization, another kind, points at folders.)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from registry_gitops.manifests.patches import Selector, json_patch_faults
from registry_gitops.manifests.resource import Document, Fault, Manifest, exactly_one, fault
from registry_gitops.manifests.scalars import NotBlank
from registry_gitops.masking import quote
from registry_gitops.model import Annotations, DNSLabel, Labels, ListOf


class FieldSpec(Manifest):
    """One more place that gets the labels. Upstream: kustomize's FieldSpec."""

    group: str | None = None
    """API group of the objects; None means any."""

    version: str | None = None
    """API version of the objects; None means any."""

    kind: str | None = None
    """Kind of the objects; None means any."""

    path: NotBlank
    """Place in the object, keys joined with "/", such as spec/template/metadata/labels."""

    create: bool | None = None
    """Make the place where it is missing. Default in kustomize: false."""


class LabelSet(Manifest):
    """Labels for every object of the folder. Upstream: kustomize's `labels`."""

    pairs: Labels
    """The labels."""

    include_selectors: bool | None = None
    """Add them to selectors too, which cannot change once a workload exists. Default in kustomize: false."""

    include_templates: bool | None = None
    """Add them to the Pods of workloads too. Default in kustomize: false."""

    fields: ListOf[FieldSpec] | None = None
    """More places to add them to."""


class PatchOptions(Manifest):
    """What a patch may change that it otherwise may not. Upstream: kustomize's PatchArgs."""

    allow_name_change: bool | None = None
    """Let the patch rename the object. Default in kustomize: false."""

    allow_kind_change: bool | None = None
    """Let the patch change the kind of the object. Default in kustomize: false."""


class KustomizePatch(Manifest):
    """A change to objects of the folder, in a file (`path`) or on the spot (`patch`). Upstream: kustomize's Patch."""

    path: NotBlank | None = None
    """File with the patch, from the folder of the kustomization."""

    patch: NotBlank | None = None
    """The patch itself: a part of an object, or a list of JSON patch operations (RFC 6902)."""

    target: Selector | None = None
    """Objects to change; a partial object may name its object itself."""

    options: PatchOptions | None = None
    """What the patch may change besides."""

    def _faults(self) -> Iterator[Fault]:
        yield from exactly_one("path", "patch", (self.path, self.patch), "`path` names a file, `patch` holds the text")
        yield from json_patch_faults(self.patch, self.target)


class KustomizationChanges(Manifest):
    """What a kustomization file does to its objects, whichever they are."""

    components: ListOf[NotBlank] | None = None
    """Folders with kustomize components."""

    labels: ListOf[LabelSet] | None = None
    """Labels for every object."""

    common_annotations: Annotations | None = None
    """Annotations for every object and for the Pods of workloads."""

    patches: ListOf[KustomizePatch] | None = None
    """Changes to the objects."""


class _Objects(Document):
    """The objects. A base of its own, because these fields stand first in a kustomization file."""

    api_version: Literal["kustomize.config.k8s.io/v1beta1"] = "kustomize.config.k8s.io/v1beta1"
    """API group and version."""

    kind: Literal["Kustomization"] = "Kustomization"
    """Kind of the file."""

    namespace: DNSLabel | None = None
    """Namespace that every object is moved to."""

    resources: Annotated[ListOf[NotBlank], Field(min_length=1)]
    """Files, folders and URLs with the objects, in the order of their output."""


class Kustomization(KustomizationChanges, _Objects):
    """A kustomization file. Upstream: kustomize.config.k8s.io/v1beta1 Kustomization."""

    def _faults(self) -> Iterator[Fault]:
        for index, entry in enumerate(self.resources):
            if entry in self.resources[:index]:
                yield fault("duplicate", f"{quote(entry)} is listed twice: remove one of them", "resources", index)
