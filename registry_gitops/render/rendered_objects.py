"""Build the typed objects of a deployment, in the order in which they are applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import assert_never

from pydantic import ValidationError

from registry_gitops.deployment import (
    PRUNE_ANNOTATION,
    GitSource,
    HelmSource,
    OCISource,
    RegistryDeployment,
    format_key,
)
from registry_gitops.errors import InputError
from registry_gitops.facts import NamespaceFacts
from registry_gitops.findings import Finding, Location
from registry_gitops.manifests import (
    ChartReference,
    ChartTemplate,
    ChartTemplateSpec,
    DriftDetection,
    DriftIgnoreRule,
    HelmRelease,
    HelmReleaseOptions,
    HelmReleaseSpec,
    HelmRepository,
    Kustomization,
    KustomizationChanges,
    Namespace,
    ObjectMeta,
    OCIRepository,
    Resource,
    Selector,
    SourceReference,
)

# Kubernetes deletes a Namespace with everything in it, also what others put there.
_NOT_PRUNED = {PRUNE_ANNOTATION: "disabled"}
# Without it, Flux removes labels and annotations that others have set with kubectl.
_MERGED = {"kustomize.toolkit.fluxcd.io/ssa": "Merge"}

_REPLICAS = "/spec/replicas"


def build_objects(deployment: RegistryDeployment) -> tuple[Resource, ...]:
    """Return the objects that Flux applies: the Namespace and the chart's source if they are ours, and HelmRelease."""
    release = HelmRelease(metadata=_metadata(deployment), spec=_release(deployment))
    objects = (_namespace(deployment), _source(deployment), release)
    return tuple(filter(None, objects))


def build_kustomization(deployment: RegistryDeployment, files: list[str]) -> Kustomization:
    """Return the kustomization file that lists `files`, and what the user adds to them."""
    options = deployment.kustomization
    changes = {name: options.as_written(name) for name in KustomizationChanges.model_fields}
    with _problems_in("kustomization", ours=len(files)):
        return Kustomization(resources=[*files, *options.resources], **changes)


@contextmanager
def _problems_in(section: str, *, ours: int = 0) -> Iterator[None]:
    """Raise InputError, with the keys of `section`, for fields that are valid alone but not together in an object.

    `ours` is the number of our entries in the object's list, which precede those of the user.
    """

    def key_of(path: tuple[int | str, ...]) -> str:
        return format_key((section, *(step - ours if isinstance(step, int) else step for step in path)))

    try:
        yield
    except ValidationError as error:
        raise InputError(
            Finding(id="invalid-value", message=detail["msg"], location=Location(key=key_of(detail["loc"])))
            for detail in error.errors(include_url=False)
        ) from None


def _namespace(deployment: RegistryDeployment) -> Namespace | None:
    facts, options = NamespaceFacts(deployment), deployment.namespace_options
    if not facts.is_rendered:
        return None
    annotations = {**({} if options.prune else _NOT_PRUNED), **_MERGED, **(options.annotations or {})}
    level = options.as_written("pod_security") or facts.level
    return Namespace.with_pod_security(facts.name, level, labels=options.labels, annotations=annotations)


def _metadata(deployment: RegistryDeployment) -> ObjectMeta:
    options = deployment.namespace_options
    return ObjectMeta(name=deployment.name, namespace=None if options.inherit else options.name)


def _source(deployment: RegistryDeployment) -> HelmRepository | OCIRepository | None:
    match deployment.source:
        case GitSource():
            return None
        case HelmSource(repository=spec):
            return HelmRepository(metadata=_metadata(deployment), spec=spec)
        case OCISource(repository=spec):
            return OCIRepository(metadata=_metadata(deployment), spec=spec)
        case _ as never:
            assert_never(never)


def _release(deployment: RegistryDeployment) -> HelmReleaseSpec:
    values = deployment.values.to_config_dict() or None
    source, options = deployment.source, _options(deployment)
    if isinstance(source, OCISource):
        reference = ChartReference(kind="OCIRepository", name=deployment.name)
        return HelmReleaseSpec.from_options(options, chart_ref=reference, values=values)
    if isinstance(source, GitSource):
        origin = SourceReference(kind="GitRepository", name=source.name, namespace=source.namespace)
        spec = ChartTemplateSpec(chart=source.chart_path, source_ref=origin)
    else:
        origin = SourceReference(kind="HelmRepository", name=deployment.name)
        with _problems_in("source"):
            spec = ChartTemplateSpec(chart=source.chart, version=source.version, source_ref=origin)
    return HelmReleaseSpec.from_options(options, chart=ChartTemplate(spec=spec), values=values)


def _options(deployment: RegistryDeployment) -> HelmReleaseOptions:
    """Return the options of the release, in which Flux leaves the number of Pods to the autoscaler."""
    options, drift = deployment.release, deployment.release.drift_detection
    if not deployment.values.autoscaling.enabled or drift is None or drift.mode in (None, "disabled"):
        return options
    ignored = drift.ignore or ()
    if any({"", "/spec", _REPLICAS}.intersection(rule.paths) for rule in ignored):
        return options
    rule = DriftIgnoreRule(paths=(_REPLICAS,), target=Selector(kind="Deployment"))
    changed = DriftDetection(mode=drift.mode, ignore=(*ignored, rule))
    return HelmReleaseOptions.model_validate({**dict(options), "drift_detection": changed})
