"""The number of Pods by their load: HorizontalPodAutoscaler (autoscaling/v2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from registry_gitops.model import ListOf, Model, Positive, RuleErrors, default_section
from registry_gitops.values.conflicts import conflict_error

Window = Annotated[int, Field(ge=0, le=3600)]


class ScalingPolicy(Model):
    """How many Pods can be added or removed in a period. Upstream: HPAScalingPolicy (autoscaling/v2)."""

    type: Literal["Pods", "Percent"]
    """Unit of `value`."""

    value: Positive
    """How many Pods, or percent of the Pods."""

    period_seconds: Annotated[int, Field(ge=1, le=1800)]
    """Period, in seconds, at most 1800."""


class ScalingRules(Model):
    """How fast the number of Pods changes in one direction. Upstream: HPAScalingRules (autoscaling/v2)."""

    stabilization_window_seconds: Window | None = None
    """Seconds of which the safest recommendation counts. Default: 0 up, 300 down."""

    select_policy: Literal["Max", "Min", "Disabled"] | None = None
    """Which of the policies counts. Default: Max."""

    policies: Annotated[ListOf[ScalingPolicy], Field(min_length=1)] | None = None
    """Limits of the change. Default: all Pods down in 15 seconds; up, 4 Pods or 100 percent in 15 seconds."""


class ScalingBehavior(Model):
    """How fast the number of Pods changes. Upstream: HorizontalPodAutoscalerBehavior (autoscaling/v2)."""

    scale_up: ScalingRules | None = None
    """How fast Pods are added."""

    scale_down: ScalingRules | None = None
    """How fast Pods are removed."""


class Autoscaling(Model):
    """A HorizontalPodAutoscaler, which sets the number of Pods instead of `replicaCount`. It needs metrics-server."""

    enabled: bool = False
    """Whether the number of Pods follows the load. The Deployment then has no `replicas`. When that is removed from a
    running Deployment, Kubernetes keeps one Pod for some seconds, until the autoscaler adds the others."""

    min_replicas: Positive = 2
    """Least number of Pods."""

    max_replicas: Positive = 4
    """Largest number of Pods. All rules about several replicas count this number."""

    target_cpu_utilization_percentage: Annotated[Positive | None, Field(alias="targetCPUUtilizationPercentage")] = 75
    """CPU that the Pods use on average, in percent of `resources.requests.cpu`; null ignores it."""

    target_memory_utilization_percentage: Positive | None = None
    """Memory that the Pods use on average, in percent of `resources.requests.memory`; null ignores it."""

    behavior: ScalingBehavior = default_section(ScalingBehavior)

    instead: ClassVar[Mapping[str, str]] = {
        "targetCPU": "write targetCPUUtilizationPercentage",
        "targetMemory": "write targetMemoryUtilizationPercentage",
        "hpa": "write its keys directly below autoscaling",
        "metrics": "write targetCPUUtilizationPercentage or targetMemoryUtilizationPercentage",
    }

    def _rule_errors(self) -> RuleErrors:
        if not self.enabled:
            return
        if self.min_replicas > self.max_replicas:
            yield (
                ("minReplicas",),
                conflict_error("autoscaling-range", minimum=self.min_replicas, maximum=self.max_replicas)[1],
            )
        if not (self.target_cpu_utilization_percentage or self.target_memory_utilization_percentage):
            yield ("targetCPUUtilizationPercentage",), conflict_error("autoscaling-target")[1]
