"""Metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.chart_pod import registry_port
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_metrics_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what cannot be measured."""
    if values.metrics.enabled:
        yield from _enabled(values)
    else:
        yield from _disabled(values)


def _enabled(values: RegistryValues) -> RuleErrors:
    metrics, http = values.metrics, values.configuration.http
    if metrics.service_monitor.enabled and metrics.pod_monitor.enabled:
        yield conflict_error("metrics-twice")
    if metrics.port == registry_port(values):
        yield conflict_error("metrics-port", port=metrics.port)
    if f"{metrics.path}/".startswith("/debug/"):
        yield conflict_error("metrics-path", path=metrics.path)
    if http and http.debug and http.debug.model_fields_set:
        yield conflict_error("metrics-debug")
    for index, variable in enumerate(values.extra_env_vars):
        if variable.name.startswith("REGISTRY_HTTP_DEBUG"):
            yield conflict_error("metrics-variable", index=index, name=variable.name)


def _disabled(values: RegistryValues) -> RuleErrors:
    metrics = values.metrics
    sections = {
        "serviceMonitor": metrics.service_monitor.enabled,
        "podMonitor": metrics.pod_monitor.enabled,
        "prometheusRule": metrics.prometheus_rule.enabled,
        "dashboard": metrics.dashboard.enabled,
    }
    for name, is_enabled in sections.items():
        if is_enabled:
            yield conflict_error("metrics-off", key=f"metrics.{name}.enabled")
