"""The move of a release of Helm: what it is, who holds it, and which of its objects must outlive it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.documents import Manifest
from registry_gitops.facts import ObjectNames
from registry_gitops.importer.chart_styles import ChartStyle, style_of
from registry_gitops.importer.inflated_charts import CHARTS, InflatedChart
from registry_gitops.importer.moves import (
    FileEdit,
    GitChanges,
    Holder,
    MovePlan,
    NewRelease,
    OldRegistry,
    OldRelease,
    plan_workload_move,
)
from registry_gitops.importer.registry_releases import FLUX_1_RELEASES, HELM_RELEASE, K3S_CHART, ChartOrigin

_INSTANCE: Final = "app.kubernetes.io/instance"
_HELM_NAME: Final = "meta.helm.sh/release-name"
_FLUX_LABEL: Final = "helm.toolkit.fluxcd.io"
_SECRETS: Final = ("existingSecret", "secretName", "secretRef", "secretKeyRef")
_CONFIG_MAPS: Final = ("configMap", "configMapRef", "configMapKeyRef")


class InstalledRelease(NamedTuple):
    """A release of Helm that somebody has installed without Flux."""

    name: str
    namespace: str

    @property
    def described(self) -> OldRelease:
        """The release, for the plan of a move."""
        return OldRelease(Holder.HELM, self.name)


def describe_old_registry(deployment: RegistryDeployment, values: Mapping[str, Any]) -> OldRegistry:
    """Return what a release runs, by the names that both charts give to its objects.

    `values` are those of the old chart.
    """
    names, image = ObjectNames(deployment), deployment.values.image
    persistence, context = deployment.values.persistence, values.get("securityContext")
    ran_as_root = isinstance(context, Mapping) and context.get("enabled") is False
    style = style_of(ChartOrigin(), values) or ChartStyle.COMMUNITY
    has_claim = persistence.enabled and deployment.values.driver == "filesystem"
    return OldRegistry(
        namespace=names.target_namespace,
        workload=f"deployment/{names.full_name}",
        selector=f"release={names.release}" if style is ChartStyle.COMMUNITY else f"{_INSTANCE}={names.release}",
        claim=(persistence.existing_claim or names.full_name) if has_claim else "",
        image=f"{image.registry}/{image.repository}:{image.tag}" if ran_as_root else "",
    )


def describe_old_release(manifest: Manifest, deployment: RegistryDeployment) -> OldRelease:
    """Return the release that a manifest deploys."""
    name, namespace = ObjectNames(deployment).release, manifest.namespace or ObjectNames(deployment).namespace
    if manifest.group_kind == HELM_RELEASE:
        chart = manifest.get("spec", "chart", "spec", "chart")
        state = f"{{.spec.chart.spec.chart}}={chart}"
        if chart is None:
            state = f"{{.spec.chartRef.name}}={manifest.get('spec', 'chartRef', 'name')}"
        return OldRelease(Holder.FLUX, name, chart=state)
    kind = manifest.group.partition("/")[0]
    held_by = f"-n {namespace} {manifest.kind.lower()}s.{kind}/{manifest.name}"
    return OldRelease(_HOLDERS[manifest.group_kind], name, held_by)


_HOLDERS: Final = {K3S_CHART: Holder.K3S, **dict.fromkeys(FLUX_1_RELEASES, Holder.FLUX_1)}


def find_helm_release(workload: Manifest) -> str:
    """Return the name of the release of Helm that a workload of a cluster is of; "" if it is of none."""
    return str(workload.mapping("metadata", "annotations").get(_HELM_NAME) or "")


def find_flux_release(workload: Manifest) -> str:
    """Return the HelmRelease of Flux that deploys a workload of a cluster, as namespace/name; "" if none does."""
    labels = workload.mapping("metadata", "labels")
    return "/".join(str(labels[key]) for part in ("namespace", "name") if (key := f"{_FLUX_LABEL}/{part}") in labels)


def describe_workload_release(
    old: OldRegistry, deployment: RegistryDeployment, written: Iterable[str]
) -> tuple[OldRegistry, OldRelease]:
    """Return a workload as the release that it is of, whose other objects Helm updates and deletes.

    `written` are the Secrets that the import writes, which no release has.
    """
    accounts = [each for each in old.kept if each.startswith("serviceaccount/")]
    referred = {*_referred_objects(deployment.to_config_dict())} - {f"secret/{name}" for name in written}
    kept = sorted({*accounts, *referred})
    release = OldRelease(Holder.HELM, ObjectNames(deployment).release, kept=kept)
    return replace(old, kept=(), removed=()), release


def plan_inflated_move(chart: InflatedChart, new: NewRelease) -> MovePlan:
    """Return the move of what kustomize has rendered of a chart: plain objects, of which Helm has no record."""
    file = chart.document.source.name
    what = f"take the chart of the registry out of {CHARTS}; let {new.directory} be where Flux finds it"
    old = replace(describe_old_registry(new.deployment, chart.inline), kept=(f"service/{new.names.full_name}",))
    return plan_workload_move(old, GitChanges(edited=[FileEdit(file, [what])]), new)


def _referred_objects(config: Any, key: str = "") -> Iterator[str]:
    """Return the Secrets and ConfigMaps that a config file names, as kubectl writes them."""
    if isinstance(config, Mapping):
        for inner, value in config.items():
            named = key if inner == "name" else inner
            if isinstance(value, str) and named in _SECRETS:
                yield f"secret/{value}"
            elif isinstance(value, str) and named in _CONFIG_MAPS and inner == "name":
                yield f"configmap/{value}"
            else:
                yield from _referred_objects(value, inner)
    elif isinstance(config, list):
        for value in config:
            yield from _referred_objects(value, key)
