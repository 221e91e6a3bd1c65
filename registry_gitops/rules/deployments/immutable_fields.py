"""An object cannot change as the config file asks for."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import ObjectNames
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.substitution import may_refer
from registry_gitops.values import Service


def immutable_fields(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The Deployment or the Service differs from that of the files rendered before, in what cannot change.

    Why: Kubernetes refuses another selector of a Deployment, and another `clusterIP`, `loadBalancerClass`, or first IP
    family of a Service, so each upgrade fails. Where the files before were never applied, allow this rule once.

    Bad: `service.clusterIP: None` after `service: {}`   Good: the same, after `kubectl delete service docker-registry`
    """
    earlier = directory.earlier
    if earlier is None:
        return
    before, now = ObjectNames(earlier), ObjectNames(deployment)
    if _release(earlier, before) != _release(deployment, now):
        return
    place = f"{now.full_name} -n {now.target_namespace}"
    if before.app_label != now.app_label and not may_refer(before.app_label):
        yield (
            "values.nameOverride",
            f"the Pods had the label app.kubernetes.io/name: {before.app_label}, and the selector of an existing "
            f"Deployment cannot change: restore it, or run `kubectl delete deployment {place}`, and render "
            "with --allow immutable-fields",
        )
    for key, change in _service_changes(earlier.values.service, deployment.values.service):
        yield (
            f"values.service.{key}",
            f"{change}: restore it, or run `kubectl delete service {place}`, and render with --allow immutable-fields",
        )


def _release(deployment: RegistryDeployment, names: ObjectNames) -> tuple[object, ...]:
    """Return what names a release, and the objects in it: with another one, all objects are new."""
    cluster = deployment.release.kube_config
    return deployment.name, names.namespace, names.release, names.target_namespace, cluster, names.full_name


def _service_changes(before: Service, after: Service) -> Iterator[tuple[str, str]]:
    # A Service keeps the clusterIP that it has if it asks for none.
    if after.cluster_ip not in ("", before.cluster_ip) and not may_refer(before.cluster_ip):
        was = before.cluster_ip or "an address of the cluster's choice"
        yield "clusterIP", f"the clusterIP was {was}, and an existing Service keeps it"
    if before.type == after.type == "LoadBalancer" and before.load_balancer_class != after.load_balancer_class:
        was = before.load_balancer_class or "the default of the cluster"
        yield "loadBalancerClass", f"the loadBalancerClass was {was}, and an existing load balancer keeps it"
    if before.ip_families and after.ip_families and before.ip_families[0] != after.ip_families[0]:
        yield "ipFamilies", f"the first IP family was {before.ip_families[0]}, and an existing Service keeps it"
