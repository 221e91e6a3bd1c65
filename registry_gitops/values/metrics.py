"""Metrics for Prometheus, alerts, and a dashboard for Grafana."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema

from registry_gitops.masking import quote
from registry_gitops.model import (
    EMPTY,
    Annotations,
    FrozenDict,
    Labels,
    ListOf,
    MapOf,
    Model,
    NotBlank,
    OptionalName,
    Port,
    QuantityText,
    RuleErrors,
    custom_error,
    default_section,
    one_of_errors,
    one_of_schema,
    rule_error,
)
from registry_gitops.values.configuration import UrlPath
from registry_gitops.values.resources import ResourceLimits, ResourceRequests, Resources

_DURATION: Final = r"([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?"


def _prometheus_duration(value: str) -> str:
    if value and not re.fullmatch(_DURATION, value):
        raise custom_error("duration", f"{quote(value)} is not a duration of Prometheus: write one such as 1h30m")
    return value


PrometheusDuration = Annotated[
    str,
    AfterValidator(_prometheus_duration),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$", "examples": ["30s"]}),
]
"""A duration of Prometheus, the longest unit first; "" is the default of the object in which it is."""


class Monitor(Model):
    """How Prometheus finds the metrics; requires the CRDs of the Prometheus Operator."""

    enabled: bool = False
    """Whether the object is rendered."""

    namespace: OptionalName = ""
    """Namespace of the object, if Prometheus looks for them in one; "" is that of the release."""

    labels: Labels = EMPTY
    """Labels of the object, such as the one that your Prometheus selects by."""

    interval: PrometheusDuration = ""
    """Time between two scrapes; "" is that of Prometheus. Upstream: endpoints.interval (monitoring.coreos.com/v1)."""

    scrape_timeout: PrometheusDuration = ""
    """Timeout of a scrape; "" is that of Prometheus. Upstream: endpoints.scrapeTimeout (monitoring.coreos.com/v1)."""


class ServiceMonitor(Monitor):
    """A ServiceMonitor of the Prometheus Operator, and the Service that it needs."""


class PodMonitor(Monitor):
    """A PodMonitor of the Prometheus Operator, which needs no Service."""


class MonitoringRule(Model):
    """An alert, or a recorded expression. Upstream: Rule (monitoring.coreos.com/v1)."""

    model_config = one_of_schema("alert", "record")

    alert: NotBlank | None = None
    """Name of the alert."""

    record: NotBlank | None = None
    """Name of the recorded series, instead of `alert`."""

    expr: NotBlank
    """Expression, in PromQL."""

    for_: Annotated[PrometheusDuration | None, Field(alias="for")] = None
    """Time for which the expression must hold."""

    labels: MapOf[str, str] = EMPTY
    """Labels of the alert or of the series."""

    annotations: MapOf[str, str] = EMPTY
    """Annotations of the alert, such as `summary`."""

    def _rule_errors(self) -> RuleErrors:
        yield from one_of_errors(self, "alert", "record")
        if self.record is not None and (self.for_ or self.annotations):
            yield rule_error("rule", "a recorded series has no `for` and no annotations: remove them", "record")


class PrometheusRule(Model):
    """Alerts, as a PrometheusRule of the Prometheus Operator."""

    enabled: bool = False
    """Whether the object is rendered."""

    namespace: OptionalName = ""
    """Namespace of the object; "" is that of the release."""

    labels: Labels = EMPTY
    """Labels of the object, such as the one that your Prometheus selects by."""

    rules: ListOf[MonitoringRule] = ()
    """Rules instead of those of the chart, which are: no replica is reachable, 5xx responses, slow storage, errors of
    the cache, and a full volume."""


class Dashboard(Model):
    """A dashboard for Grafana, in a ConfigMap that Grafana's sidecar loads by its labels."""

    enabled: bool = False
    """Whether the ConfigMap is rendered."""

    namespace: OptionalName = ""
    """Namespace of the ConfigMap; "" is that of the release."""

    labels: Labels = FrozenDict({"grafana_dashboard": "1"})
    """Labels of the ConfigMap."""

    annotations: Annotations = EMPTY
    """Annotations of the ConfigMap, such as the folder in Grafana."""


class MetricsRequests(ResourceRequests):
    """What the scheduler reserves for the sidecar, which waits nearly all the time."""

    cpu: QuantityText | None = "5m"
    """CPU, in cores or thousandths of one (5m). null requests none."""

    memory: QuantityText | None = "8Mi"
    """Memory, in bytes with a unit. null requests none."""


class MetricsLimits(ResourceLimits):
    """What the sidecar can use at most."""

    cpu: QuantityText | None = "100m"
    """CPU, in cores or thousandths of one (100m). null removes the limit."""

    memory: QuantityText | None = "32Mi"
    """Memory, in bytes with a unit; beyond it the container is killed. null removes the limit."""


class MetricsResources(Resources):
    """CPU and memory of the sidecar. Upstream: Container.resources (core/v1 ResourceRequirements)."""

    requests: MetricsRequests = default_section(MetricsRequests)
    limits: MetricsLimits = default_section(MetricsLimits)


class Metrics(Model):
    """Metrics of the registry for Prometheus.

    The registry serves them on its debug server, next to profiles and variables of the process, which no client may
    see. So the debug server listens inside the Pod only, and a sidecar of the same image serves the metrics alone.
    """

    enabled: bool = False
    """Whether the Pods serve metrics. Upstream: http.debug.prometheus.enabled."""

    port: Port = 5001
    """Port of the Pods on which the sidecar serves the metrics."""

    path: UrlPath = "/metrics"
    """Path of the metrics, not below /debug. Upstream: http.debug.prometheus.path."""

    resources: MetricsResources = default_section(MetricsResources)
    service_monitor: ServiceMonitor = default_section(ServiceMonitor)
    pod_monitor: PodMonitor = default_section(PodMonitor)
    prometheus_rule: PrometheusRule = default_section(PrometheusRule)
    dashboard: Dashboard = default_section(Dashboard)
