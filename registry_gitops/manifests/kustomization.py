"""The kustomization file, which lists and changes the objects of a directory.

Not Flux's Kustomization: that is another kind, and names such a directory.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from registry_gitops.manifests.patches import Selector, json_patch_errors
from registry_gitops.manifests.resource import Document, ManifestModel, exactly_one_errors
from registry_gitops.masking import quote
from registry_gitops.model import (
    Annotations,
    DNSLabel,
    Labels,
    ListOf,
    NeverSubstituted,
    NotBlank,
    RuleErrors,
    rule_error,
)

ResourcePath = Annotated[NotBlank, NeverSubstituted("kustomize")]
"""A file or directory, relative to that of the kustomization file, or a URL."""


class FieldSpec(ManifestModel):
    """A field that gets the labels too. Upstream: kustomize's FieldSpec."""

    group: str | None = None
    """API group of the objects; None means any."""

    version: str | None = None
    """API version of the objects; None means any."""

    kind: str | None = None
    """Kind of the objects; None means any."""

    path: NotBlank
    """Path of the field, keys joined with "/", such as spec/template/metadata/labels."""

    create: bool | None = None
    """Create the field if it is missing. Default in kustomize: false."""


class LabelSet(ManifestModel):
    """Labels for every object of the directory. Upstream: kustomize's `labels`."""

    pairs: Labels
    """The labels."""

    include_selectors: bool | None = None
    """Add the labels to selectors too, which cannot change once a workload exists. Default in kustomize: false."""

    include_templates: bool | None = None
    """Add the labels to the Pods of workloads too. Default in kustomize: false."""

    fields: ListOf[FieldSpec] | None = None
    """More fields to add the labels to."""


class PatchOptions(ManifestModel):
    """What a patch is allowed to change besides. Upstream: kustomize's PatchArgs."""

    allow_name_change: bool | None = None
    """Let the patch rename the object. Default in kustomize: false."""

    allow_kind_change: bool | None = None
    """Let the patch change the kind of the object. Default in kustomize: false."""


class KustomizePatch(ManifestModel):
    """A change to objects of the directory, in a file (`path`) or inline (`patch`). Upstream: kustomize's Patch."""

    path: ResourcePath | None = None
    """File with the patch, relative to the directory of the kustomization file."""

    patch: NotBlank | None = None
    """The patch itself: a partial object, or a list of JSON patch operations (RFC 6902)."""

    target: Selector | None = None
    """Objects to change; a patch that is a partial object can name its object itself."""

    options: PatchOptions | None = None

    def _rule_errors(self) -> RuleErrors:
        yield from exactly_one_errors(
            "path", "patch", (self.path, self.patch), "`path` names a file, `patch` holds the text"
        )
        yield from json_patch_errors(self.patch, self.target)


class KustomizationChanges(ManifestModel):
    """What a kustomization file changes in its objects."""

    components: ListOf[ResourcePath] | None = None
    """Directories with kustomize components."""

    labels: ListOf[LabelSet] | None = None
    """Labels for every object."""

    common_annotations: Annotations | None = None
    """Annotations for every object and for the Pods of workloads."""

    patches: ListOf[KustomizePatch] | None = None
    """Changes to the objects."""


class _Objects(Document):
    """The objects. A base class of its own, because these fields come first in a kustomization file."""

    api_version: Literal["kustomize.config.k8s.io/v1beta1"] = "kustomize.config.k8s.io/v1beta1"
    kind: Literal["Kustomization"] = "Kustomization"

    namespace: DNSLabel | None = None
    """Namespace that every object is moved to."""

    resources: Annotated[ListOf[ResourcePath], Field(min_length=1)]
    """Files, directories, and URLs with the objects, in the order of their output."""


class Kustomization(KustomizationChanges, _Objects):
    """A kustomization file. Upstream: kustomize.config.k8s.io/v1beta1 Kustomization."""

    def _rule_errors(self) -> RuleErrors:
        for index, entry in enumerate(self.resources):
            if entry in self.resources[:index]:
                yield rule_error("duplicate", f"{quote(entry)} is listed twice: remove one of them", "resources", index)
