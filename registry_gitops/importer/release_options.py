"""All of a release except its chart and its values: names, intervals, and what Flux does with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from registry_gitops.documents import Manifest
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.object_metadata import check_object_name
from registry_gitops.importer.registry_releases import FLUX_1_RELEASES, HELM_RELEASE, K3S_CHART
from registry_gitops.manifests import HelmReleaseOptions

_OWN_CHART: Final = "the chart is that of registry-gitops, which `render` writes next to the manifests"
_KEPT: Final = frozenset(
    str(field.alias or name)
    for name, field in HelmReleaseOptions.model_fields.items()
    if name not in ("values_from", "post_renderers", "name_in_helm", "target_namespace")
)
"""Keys of a HelmRelease that the config file has under `release`."""

_BOOKKEEPING: Final = (
    "finalizers",
    "ownerReferences",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
)
"""Keys of metadata that the API server writes."""


def translate_release(notes: Notes, manifest: Manifest) -> None:
    """Translate the manifest of a release, without its values."""
    draft = notes.draft
    check_object_name(manifest, "name", manifest.name)
    draft.put("name", manifest.name)
    notes.kept(("metadata", "name"), "name")
    if manifest.namespace:
        check_object_name(manifest, "namespace", manifest.namespace)
        notes.kept(("metadata", "namespace"), "namespace")
    draft.put("namespace", manifest.namespace or "default")
    for key in ("apiVersion", "kind"):
        notes.translated((key,), (), "`render` writes a HelmRelease, helm.toolkit.fluxcd.io/v2")
    for key in (*_BOOKKEEPING, "status"):
        notes.dropped(("metadata", key), "the API server writes it")
    notes.dropped(("status",), "the controller writes it")
    _metadata(notes, manifest)
    _TRANSLATORS[manifest.group_kind](notes)


def _metadata(notes: Notes, manifest: Manifest) -> None:
    for key in ("labels", "annotations"):
        for name in manifest.mapping("metadata", key):
            path = ("metadata", key, name)
            if name.startswith(("kustomize.toolkit.fluxcd.io/", "kubectl.kubernetes.io/last-applied", "meta.helm.sh/")):
                notes.dropped(path, "a tool writes it")
                continue
            notes.decide(
                path,
                f"it is of the HelmRelease itself, which the config file has no {key} for",
                [
                    f"add it by kustomization.{'labels' if key == 'labels' else 'commonAnnotations'}, to every object",
                    "add it by kustomization.patches, to the HelmRelease alone",
                    "leave it out",
                ],
            )


def _flux_2(notes: Notes) -> None:
    for key in _KEPT:
        notes.keep(("spec", key), f"release.{key}")
    for key in ("releaseName", "targetNamespace"):
        notes.keep(("spec", key), f"release.{key}")
    notes.dropped(("spec", "chart"), _OWN_CHART)
    notes.dropped(("spec", "chartRef"), _OWN_CHART)
    _values_files(notes, ("spec", "chart", "spec", "valuesFiles"))
    notes.decide(
        ("spec", "postRenderers"),
        "these patches are for the objects of the other chart, whose labels and containers have other names",
        ["write the change as a value", "add them to release.postRenderers, after a look at `render --stdout`"],
    )


def _values_files(notes: Notes, key: tuple[str, ...]) -> None:
    notes.decide(
        key,
        "the values of these files of the chart are not in the input",
        ["import the files too: add them to the directory as ConfigMaps of valuesFrom", "write their values by hand"],
    )


def _flux_1(notes: Notes) -> None:
    for key in ("releaseName", "targetNamespace", "maxHistory"):
        notes.keep(("spec", key), f"release.{key}")
    notes.dropped(("spec", "chart"), _OWN_CHART)
    notes.dropped(("spec", "helmVersion"), "Flux has Helm in it")
    _flux_1_timeout(notes)
    for key, target, value in (
        ("forceUpgrade", "release.upgrade.force", True),
        ("skipCRDs", "release.install.crds", "Skip"),
        ("disableOpenAPIValidation", "release.install.disableOpenAPIValidation", True),
    ):
        if notes.get("spec", key):
            notes.translate(("spec", key), target, value)
        else:
            notes.dropped(("spec", key), "it is the default")
    if notes.get("spec", "resetValues") is False:
        notes.translate(("spec", "resetValues"), "release.upgrade.preserveValues", True)
    else:
        notes.dropped(("spec", "resetValues"), "it is the default")
    notes.dropped(("spec", "wait"), "Flux waits by default")
    if notes.get("spec", "test", "enable"):
        notes.translate(("spec", "test"), "release.test.enable", True)
    else:
        notes.dropped(("spec", "test"), "it is the default")
    notes.decide(
        ("spec", "rollback"),
        "Flux 2 undoes a failed upgrade in another way",
        ["set release.upgrade.remediation", "leave it out: Flux retries at the next change"],
    )
    for key in ("valueFileSecrets", "chartPullSecret"):
        _values_files(notes, ("spec", key))


def _flux_1_timeout(notes: Notes) -> None:
    seconds = notes.get("spec", "timeout")
    if isinstance(seconds, int):
        notes.translate(("spec", "timeout"), "release.timeout", f"{seconds}s", "a duration with a unit")


def _k3s(notes: Notes) -> None:
    target = notes.text("spec", "targetNamespace")
    if target:
        notes.draft.put("namespace", target)
        how = "the HelmRelease is in the namespace of the registry, not in that of k3s"
        notes.translated(("spec", "targetNamespace"), "namespace", how)
        notes.dropped(("metadata", "namespace"), "k3s reads HelmCharts in its own namespace only, Flux in any")
    for key in ("chart", "repo", "version", "chartContent", "repoCA", "repoCAConfigMap", "authSecret"):
        notes.dropped(("spec", key), _OWN_CHART)
    for key in ("authPassCredentials", "dockerRegistrySecret", "insecureSkipTLSVerify", "plainHTTP"):
        notes.dropped(("spec", key), _OWN_CHART)
    for key in (
        "helmVersion",
        "jobImage",
        "backOffLimit",
        "bootstrap",
        "driver",
        "podSecurityContext",
        "securityContext",
    ):
        notes.dropped(("spec", key), "it is about the Job by which k3s runs Helm")
    if notes.get("spec", "createNamespace"):
        notes.draft.put("namespace", {"name": notes.draft.namespace, "podSecurity": ""})
        notes.translated(("spec", "createNamespace"), "namespace", "`render` writes the Namespace")
    else:
        notes.dropped(("spec", "createNamespace"), "it is the default")
    duration = notes.get("spec", "timeout")
    if isinstance(duration, str) and re.fullmatch(r"[0-9.]+(ms|s|m|h)([0-9.]+(ms|s|m|h))*", duration):
        notes.keep(("spec", "timeout"), "release.timeout")
    notes.dropped(("spec", "failurePolicy"), "Flux retries a failed release: release.install.strategy")
    notes.dropped(("spec", "takeOwnership"), "Flux adopts objects by default")
    question = "registry-gitops does not read values from there"
    notes.decide(("spec", "valuesSecrets"), question, ["write what the Secrets have in the config file, or in Secrets"])


_TRANSLATORS: Final[Mapping[str, Callable[[Notes], None]]] = {
    HELM_RELEASE: _flux_2,
    K3S_CHART: _k3s,
    **dict.fromkeys(FLUX_1_RELEASES, _flux_1),
}
