"""What a change of the chart's values does, as far as it is known without Helm, from a sketch of the objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.diff.diff_report import ObjectChange
from registry_gitops.diff.effect import Effect
from registry_gitops.diff.field_changes import find_differences
from registry_gitops.diff.helm_template import HelmInput
from registry_gitops.diff.plain_objects import PlainObject
from registry_gitops.diff.verdict import Verdict
from registry_gitops.facts import ObjectNames
from registry_gitops.values import RegistryValues

_OF_OTHER_OBJECTS: Final = (
    *("service", "ingress", "httpRoute", "pdb", "networkPolicy", "commonAnnotations"),
    *("metrics.serviceMonitor", "metrics.podMonitor", "metrics.prometheusRule", "metrics.dashboard"),
    *("metrics.service", "serviceAccount.annotations", "serviceAccount.labels", "revisionHistoryLimit"),
)
"""Values that change no Pod."""
_OF_THE_SKETCH: Final = (
    *("replicaCount", "autoscaling", "updateStrategy", "nameOverride", "fullnameOverride", "persistence", "storage"),
)
"""Values that have a place of their own in the sketch. All others are taken to be in the template of the Pods."""
_UNSURE: Final = ("extraDeploy", "service.clusterIP", "service.loadBalancerClass", "service.ipFamilies")
"""Values whose change Kubernetes can refuse, which the sketch does not tell."""


Comparison = Callable[[Iterable[PlainObject], Iterable[PlainObject]], Iterator[ObjectChange]]


def judge_values(before: HelmInput, after: HelmInput | None, compare: Comparison) -> tuple[Verdict, tuple[str, ...]]:
    """Return what a change of values, or the end of the release, does, and the values that need Helm to tell.

    `compare` compares the objects of one release, or of two of which one replaces the other.
    """
    try:
        one, other = list(_sketch(before)), list(_sketch(after) if after else ())
    except ValidationError:  # variables of Flux, or the values of another version of the chart
        return Verdict(Effect.RESTARTS_PODS, "which can restart its Pods"), ()
    order = list(Effect)
    worst = max(compare(one, other), key=lambda change: order.index(change.effect), default=None)
    changed = [each.name for each in find_differences(before.values, after.values if after else {})]
    unsure = tuple(name for name in changed if after and name.startswith(_UNSURE))
    if worst is None or worst.effect is Effect.NOTHING:
        return Verdict(Effect.NOTHING, "no Pod restarts"), unsure
    return Verdict(worst.effect, worst.reason), unsure


def _sketch(release: HelmInput) -> Iterator[PlainObject]:
    """Yield the objects that decide about Pods and images, with values where the chart has what it makes of them.

    Raises ValidationError.
    """
    config = {"namespace": "registry", "release": {"releaseName": release.name}, "values": release.values}
    deployment = RegistryDeployment.model_validate(config, by_alias=True, by_name=False)
    values, names = deployment.values, ObjectNames(deployment)
    name, persistence = names.full_name, values.persistence
    has_claim = values.driver == "filesystem" and persistence.enabled
    claim = {"claimName": persistence.existing_claim or name}
    volume = {"persistentVolumeClaim": claim} if has_claim else {"emptyDir": {}}
    yield _object("v1", "ConfigMap", name, data={"config.yml": json.dumps(_dump(values.rendered_configuration))})
    yield _object("apps/v1", "Deployment", name, spec=_sketch_deployment(values, names.app_label, volume))
    if values.autoscaling.enabled:
        yield _object("autoscaling/v2", "HorizontalPodAutoscaler", name, spec=_dump(values.autoscaling))
    if has_claim and not persistence.existing_claim:
        spec = {
            "accessModes": list(persistence.access_modes),
            "storageClassName": persistence.storage_class,
            "resources": {"requests": {"storage": str(persistence.size)}},
        }
        yield _object("v1", "PersistentVolumeClaim", name, persistence.resource_policy, spec=spec)


def _sketch_deployment(values: RegistryValues, app: str, volume: Mapping[str, Any]) -> dict[str, Any]:
    rolling = values.update_strategy.rolling_update
    strategy = {"type": "RollingUpdate" if values.rolls_over else "Recreate"}
    limits = _dump(rolling) if rolling and values.rolls_over else {}
    mount = {"name": "data", "mountPath": "/var/lib/registry"}
    has_volume = values.driver == "filesystem"
    return {
        "replicas": None if values.autoscaling.enabled else values.replica_count,
        "selector": {"matchLabels": {"app.kubernetes.io/name": app}},
        "strategy": {**strategy, **({"rollingUpdate": limits} if limits else {})},
        "template": {
            **_template_values(values),
            "spec": {
                "containers": [{"name": "registry", "volumeMounts": [mount] if has_volume else []}],
                "volumes": [{"name": "data", **volume}] if has_volume else [],
            },
        },
    }


def _template_values(values: RegistryValues) -> dict[str, Any]:
    """Return the values that the template of the Pods is made of."""
    without = {"extra_deploy"} if values.collects_in_pod else {"extra_deploy", "garbage_collection"}
    found = _dump(values, without)
    for path in (*_OF_OTHER_OBJECTS, *_OF_THE_SKETCH):
        *sections, key = path.split(".")
        section = found
        for name in sections:
            section = section.get(name) or {}
        section.pop(key, None)
    # Pods that overlap with others drain in another way.
    return {**found, "storage": _dump(values.storage), "updateStrategy": {"overlaps": values.rolls_over}}


def _dump(model: BaseModel, without: Set[str] = frozenset()) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={*without})


def _object(version: str, kind: str, name: str, resource_policy: str = "", **content: Any) -> PlainObject:
    annotations = {"helm.sh/resource-policy": resource_policy} if resource_policy else {}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "annotations": annotations}, **content}
