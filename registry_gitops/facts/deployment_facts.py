"""All facts of one deployment."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts.authentication import AuthenticationFacts
from registry_gitops.facts.cluster_objects import Need, ObjectReference, list_needs
from registry_gitops.facts.endpoints import Endpoints
from registry_gitops.facts.image_storage import StorageFacts
from registry_gitops.facts.object_names import NamespaceFacts, ObjectNames
from registry_gitops.facts.pod_security import Violation, list_violations
from registry_gitops.facts.pod_shape import shape_pod
from registry_gitops.facts.release import ChartFacts, ImageFacts, PodFacts, SecretFacts
from registry_gitops.model import refers
from registry_gitops.substitution import may_refer, parse_template


class DeploymentFacts:
    """What Flux, Helm, and the chart make of `deployment`; what the config file says itself is in `deployment`."""

    _recent: ClassVar[tuple[DeploymentFacts, ...]] = ()

    def __init__(self, deployment: RegistryDeployment) -> None:
        values = deployment.values
        self.deployment: Final = deployment
        self.names: Final = ObjectNames(deployment)
        self.namespace: Final = NamespaceFacts(deployment)
        self.image: Final = ImageFacts(values)
        self.chart: Final = ChartFacts(deployment)
        self.storage: Final = StorageFacts(values, self.names, self.namespace)
        self.authentication: Final = AuthenticationFacts(values, self.storage)
        self.endpoints: Final = Endpoints(values, self.names, self.storage, self.authentication)
        self.pod: Final = PodFacts(values)
        self.secrets: Final = SecretFacts(values)

    @classmethod
    def of(cls, deployment: RegistryDeployment) -> DeploymentFacts:
        """Return the facts of a deployment. Those of the last two are kept, for one rule after another."""
        for facts in cls._recent:
            if facts.deployment is deployment:
                return facts
        facts = cls(deployment)
        cls._recent = (facts, *cls._recent[:1])
        return facts

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The variables that Flux substitutes in the rendered files, in the order of the config file, each once."""
        if not refers(self.deployment):
            return ()
        # What a Flux Kustomization above substitutes in `flux` is not in the output directory.
        config = {key: value for key, value in self.deployment.to_config_dict().items() if key != "flux"}
        texts = _texts(config)
        return tuple(dict.fromkeys(name for text in texts if may_refer(text) for name in parse_template(text).names))

    @cached_property
    def flux_objects(self) -> tuple[ObjectReference, ...]:
        """The objects of the output directory, in the order in which Flux applies them."""
        name, namespace = self.deployment.name, self.names.namespace
        objects = (
            ("Namespace", self.namespace.name, "", self.namespace.is_rendered),
            ("HelmRepository", name, namespace, self.chart.is_helm),
            ("OCIRepository", name, namespace, self.chart.is_oci),
            ("HelmRelease", name, namespace, True),
        )
        return tuple(ObjectReference(kind, name, namespace) for kind, name, namespace, exists in objects if exists)

    @cached_property
    def chart_objects(self) -> tuple[ObjectReference, ...]:
        """The objects of the Helm release, without those of a test."""
        names, values = self.names, self.deployment.values
        objects = (
            ("Deployment", names.full_name, True),
            ("Service", names.full_name, True),
            ("ConfigMap", names.full_name, True),
            ("PersistentVolumeClaim", names.full_name, self.storage.is_own_claim),
            ("Ingress", names.full_name, values.ingress.enabled),
            ("HTTPRoute", names.full_name, values.http_route.enabled),
            ("HorizontalPodAutoscaler", names.full_name, values.autoscaling.enabled),
            ("PodDisruptionBudget", names.full_name, values.pdb.enabled),
            ("NetworkPolicy", names.full_name, values.network_policy.enabled),
            ("Secret", names.htpasswd_secret, self.authentication.has_inline_password),
            ("ServiceAccount", names.service_account, values.service_account.create),
        )
        there = names.target_namespace
        own = tuple(ObjectReference(kind, name, there) for kind, name, exists in objects if exists)
        return (*own, *self._collection_objects(), *self._monitoring_objects())

    def _collection_objects(self) -> Iterator[ObjectReference]:
        """Yield what collects garbage; the collector in a Pod needs its scripts only."""
        kinds: tuple[str, ...] = ("ConfigMap",) if self.storage.collects_in_pod else ()
        if self.storage.collects_by_job:
            kinds = ("CronJob", "ConfigMap", "ServiceAccount", "Role", "RoleBinding")
        for kind in kinds:
            yield ObjectReference(kind, f"{self.names.full_name}-collection", self.names.target_namespace)

    def _monitoring_objects(self) -> Iterator[ObjectReference]:
        """Yield what serves metrics, and what Prometheus and Grafana read."""
        metrics, name, there = self.deployment.values.metrics, self.names.full_name, self.names.target_namespace
        if not metrics.enabled:
            return
        yield ObjectReference("ConfigMap", f"{name}-metrics", there)
        if metrics.service_monitor.enabled:
            yield ObjectReference("Service", f"{name}-metrics", there)
        sections = (
            ("ServiceMonitor", name, metrics.service_monitor),
            ("PodMonitor", name, metrics.pod_monitor),
            ("PrometheusRule", name, metrics.prometheus_rule),
            ("ConfigMap", f"{name}-dashboard", metrics.dashboard),
        )
        for kind, object_name, section in sections:
            if section.enabled:
                yield ObjectReference(kind, object_name, section.namespace or there)

    @cached_property
    def pod_violations(self) -> tuple[Violation, ...]:
        """What the rendered Namespace forbids the Pods, by its Pod Security level."""
        return tuple(list_violations(self.deployment.values.compute_once(shape_pod), self.namespace.pod_security))

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """The objects that must exist besides, each once for each purpose."""
        needs = list_needs(self.deployment, self.names, self.storage, self.endpoints)
        return tuple(need for need in dict.fromkeys(needs) if not self._creates(need))

    def _creates(self, reference: ObjectReference) -> bool:
        """Return whether `extraDeploy` contains the object."""
        own = {
            (manifest["kind"], manifest["metadata"]["name"], manifest["metadata"].get("namespace"))
            for manifest in self.deployment.values.extra_deploy
        }
        there = reference.namespace == self.names.target_namespace or not reference.namespace
        key = (reference.kind, reference.name)
        return (*key, reference.namespace) in own or (there and (*key, None) in own)


def _texts(plain: Any) -> Iterator[str]:
    if isinstance(plain, str):
        yield plain
    for item in plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ():
        yield from _texts(item)
