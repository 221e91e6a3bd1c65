"""Metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_metrics_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what cannot be measured."""
    metrics, http = values.metrics, values.configuration.http
    if not metrics.enabled:
        sections = {
            "serviceMonitor": metrics.service_monitor.enabled,
            "podMonitor": metrics.pod_monitor.enabled,
            "prometheusRule": metrics.prometheus_rule.enabled,
            "dashboard": metrics.dashboard.enabled,
        }
        for name, is_enabled in sections.items():
            if is_enabled:
                yield conflict_error("metrics-off", key=f"metrics.{name}.enabled")
        return
    if metrics.service_monitor.enabled and metrics.pod_monitor.enabled:
        yield conflict_error("metrics-twice")
    port = ((http and http.addr) or ":5000").rpartition(":")[2]
    if str(metrics.port) == port:
        yield conflict_error("metrics-port", port=port)
    if f"{metrics.path}/".startswith("/debug/"):
        yield conflict_error("metrics-path", path=metrics.path)
    if http and http.debug and http.debug.model_fields_set:
        yield conflict_error("metrics-debug")
