"""Variables that nothing substitutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds
from registry_gitops.rules.manifests.flux.flux_appliers import flux_appliers, is_patched_somewhere
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched
from registry_gitops.rules.manifests.flux.substitution_scope import is_injected

_REFERENCE: Final = re.compile(r"\$\{[A-Za-z_]\w*[}:=/^,]")
_INSTALLER: Final = "FluxInstance.fluxcd.controlplane.io"
_SOURCE: Final[tuple[Path, ...]] = (("spec", "url"), ("spec", "interval"))
_PLACES: Final[dict[str, tuple[Path, ...]]] = {
    "Ingress.networking.k8s.io": (("spec", "rules", 0, "host"), ("spec", "ingressClassName")),
    "HTTPRoute.gateway.networking.k8s.io": (("spec", "hostnames", 0),),
    kinds.HELM_RELEASE: (("spec", "interval"), ("spec", "chart", "spec", "version")),
    kinds.FLUX_KUSTOMIZATION: (("spec", "path"), ("spec", "interval")),
    kinds.HELM_REPOSITORY: _SOURCE,
    kinds.OCI_REPOSITORY: _SOURCE,
    kinds.GIT_REPOSITORY: _SOURCE,
}
"""Kind -> fields that the API server, or Flux, refuses with a literal ${NAME}; the name of each object is one, too."""


def unsubstituted_variable(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """An object has a variable of Flux in a field that needs a value, and its Kustomization substitutes none.

    Why: variables are not inherited. A Kustomization without postBuild applies `${DOMAIN}` as it is written, and the
    API server refuses that as a name or a host.

    Source: https://github.com/fluxcd/flux2/issues/2360

    Bad: `host: app.${DOMAIN}` below a Kustomization without postBuild
    Good: the same with `postBuild: {substituteFrom: [{kind: ConfigMap, name: cluster}]}`
    """
    candidates = list(_candidates(repository))
    if not candidates or is_patched_somewhere(repository, "postBuild"):
        return
    if any("postBuild" in installer.document.text for installer in repository.of_kind(_INSTALLER)):
        return
    found = [
        (manifest, path, appliers[0].manifest.name)
        for manifest, path in candidates
        if (appliers := flux_appliers(manifest, repository))
        and not any(applier.manifest.get("spec", "postBuild") for applier in appliers)
        and not is_field_patched(manifest, repository, *path)
    ]
    if not is_injected(len({name for _, _, name in found})):
        for manifest, path, name in found:
            message = f"the Kustomization {name} substitutes no variables: this one stays literal"
            yield manifest, Problem(path, message, "add spec.postBuild to the Kustomization, or write the value")


def _candidates(repository: FluxRepository) -> Iterator[tuple[Manifest, Path]]:
    for manifest in repository.manifests:
        if "${" in manifest.document.text:
            for path in (("metadata", "name"), *_PLACES.get(manifest.group_kind, ())):
                value = manifest.get(*path)
                if isinstance(value, str) and _REFERENCE.search(value):
                    yield manifest, path
