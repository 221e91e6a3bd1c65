"""Where the Pods run, and how Kubernetes replaces them. Types and names: core/v1 and apps/v1."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from registry_gitops.masking import quote
from registry_gitops.model import (
    EMPTY,
    IntOrString,
    LabelKey,
    Labels,
    ListOf,
    Model,
    Positive,
    RuleErrors,
    custom_error,
    rule_error,
)
from registry_gitops.values.conflicts import conflict_error

Weight = Annotated[int, Field(ge=1, le=100)]


class Toleration(Model):
    """A taint that the Pod tolerates. Upstream: Toleration (core/v1)."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": {"properties": {"operator": {"const": "Exists"}}, "required": ["operator"]},
                    "then": {"properties": {"value": {"enum": ["", None]}}},
                    "else": {"properties": {"key": {"type": "string"}}, "required": ["key"]},
                }
            ]
        }
    )

    key: LabelKey | None = None
    """Key of the taint; none, with the operator Exists, matches all."""

    operator: Literal["Exists", "Equal"] | None = None
    """How key and value are compared. Default: Equal."""

    value: str | None = None
    """Value of the taint, with the operator Equal."""

    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Effect of the taint; none matches all."""

    toleration_seconds: int | None = None
    """Seconds until a NoExecute taint evicts the Pod; none is without limit."""

    def _rule_errors(self) -> RuleErrors:
        if self.operator == "Exists" and self.value:
            yield rule_error("toleration", "operator Exists takes no value", "value")
        if self.operator != "Exists" and self.key is None:
            yield rule_error("toleration", "without a key the operator must be Exists")


class LabelSelectorRequirement(Model):
    """One condition on labels. Upstream: LabelSelectorRequirement (meta/v1)."""

    key: LabelKey
    """Key of the label."""

    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """How the label's value is compared."""

    values: ListOf[str] = ()
    """Values, with the operators In and NotIn."""


class LabelSelector(Model):
    """Selects objects for which all conditions hold. Upstream: LabelSelector (meta/v1)."""

    match_labels: Labels = EMPTY
    """Labels that must be equal."""

    match_expressions: ListOf[LabelSelectorRequirement] = ()
    """Further conditions."""


class NodeSelectorRequirement(Model):
    """One condition on a node. Upstream: NodeSelectorRequirement (core/v1)."""

    key: LabelKey
    """Key of the node's label, or name of its field."""

    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
    """How the value is compared."""

    values: ListOf[str] = ()
    """Values to compare with."""


class NodeSelectorTerm(Model):
    """Conditions that must hold together. Upstream: NodeSelectorTerm (core/v1)."""

    match_expressions: ListOf[NodeSelectorRequirement] = ()
    """Conditions on the node's labels."""

    match_fields: ListOf[NodeSelectorRequirement] = ()
    """Conditions on the node's fields."""


class NodeSelector(Model):
    """Selects nodes for which one of the terms holds. Upstream: NodeSelector (core/v1)."""

    node_selector_terms: Annotated[ListOf[NodeSelectorTerm], Field(min_length=1)]
    """Terms, of which one must hold."""


class PreferredSchedulingTerm(Model):
    """Nodes that are preferred. Upstream: PreferredSchedulingTerm (core/v1)."""

    weight: Weight
    """Weight, 1 to 100."""

    preference: NodeSelectorTerm
    """The nodes."""


class NodeAffinity(Model):
    """Nodes for the Pod. Upstream: NodeAffinity (core/v1)."""

    required_during_scheduling_ignored_during_execution: NodeSelector | None = None
    """Nodes that the Pod requires."""

    preferred_during_scheduling_ignored_during_execution: ListOf[PreferredSchedulingTerm] = ()
    """Nodes that the Pod prefers."""


class PodAffinityTerm(Model):
    """Selects Pods, and says what counts as the same place. Upstream: PodAffinityTerm (core/v1)."""

    topology_key: LabelKey
    """Node label: nodes of the same value are one place, such as kubernetes.io/hostname."""

    label_selector: LabelSelector | None = None
    """Labels of the Pods."""

    match_label_keys: ListOf[LabelKey] = ()
    """Labels that must have the value that this Pod has."""

    mismatch_label_keys: ListOf[LabelKey] = ()
    """Labels that must have another value than this Pod has."""

    namespaces: ListOf[str] = ()
    """Namespaces of the Pods; none is this one."""

    namespace_selector: LabelSelector | None = None
    """Labels of the namespaces."""


class WeightedPodAffinityTerm(Model):
    """Pods to run near, or far from, if possible. Upstream: WeightedPodAffinityTerm (core/v1)."""

    weight: Weight
    """Weight, 1 to 100."""

    pod_affinity_term: PodAffinityTerm
    """The Pods."""


class PodAffinity(Model):
    """Pods to run near, or far from. Upstream: PodAffinity and PodAntiAffinity (core/v1)."""

    required_during_scheduling_ignored_during_execution: ListOf[PodAffinityTerm] = ()
    """Terms that must hold, or the Pod is not scheduled."""

    preferred_during_scheduling_ignored_during_execution: ListOf[WeightedPodAffinityTerm] = ()
    """Terms that the scheduler prefers, by weight."""


class Affinity(Model):
    """Nodes, and other Pods, near which or far from which the Pods run. Upstream: Affinity (core/v1)."""

    node_affinity: NodeAffinity | None = None

    pod_affinity: PodAffinity | None = None
    """Pods to run near."""

    pod_anti_affinity: PodAffinity | None = None
    """Pods to run far from."""


class TopologySpreadConstraint(Model):
    """How evenly the Pods are spread. Upstream: TopologySpreadConstraint (core/v1)."""

    max_skew: Positive
    """How many more Pods one place can have than another."""

    topology_key: LabelKey
    """Node label: nodes of the same value are one place, such as topology.kubernetes.io/zone."""

    when_unsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"]
    """Whether a Pod that would exceed `maxSkew` is scheduled."""

    label_selector: LabelSelector | None = None
    """Pods to count. Default: those of this release."""

    match_label_keys: ListOf[LabelKey] = ()
    """Labels that must have the value that the new Pod has, such as pod-template-hash."""

    min_domains: Positive | None = None
    """Least number of places, with DoNotSchedule."""

    node_affinity_policy: Literal["Honor", "Ignore"] | None = None
    """Whether nodes on which the Pod cannot run are counted. Default: Honor (they are not)."""

    node_taints_policy: Literal["Honor", "Ignore"] | None = None
    """Whether tainted nodes are left out. Default: Ignore (they are counted)."""


_UP_TO_100: Final = "0*(100|[0-9]{1,2})%"


def _at_most_all(value: int | str) -> int | str:
    if isinstance(value, str) and not re.fullmatch(_UP_TO_100, value):
        raise custom_error("percentage", f"{quote(value)} is more than all Pods: use at most 100%")
    return value


class RollingUpdate(Model):
    """How many Pods a rollout replaces at a time. Upstream: RollingUpdateDeployment (apps/v1)."""

    max_surge: IntOrString | None = None
    """Pods above `replicaCount`, as a count or a percentage. Default: 25%."""

    max_unavailable: (
        Annotated[
            IntOrString,
            AfterValidator(_at_most_all),
            WithJsonSchema(
                {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": f"^{_UP_TO_100}$"}]}
            ),
        ]
        | None
    ) = None
    """Pods below `replicaCount`, as a count or a percentage. Default: 25%."""


class UpdateStrategy(Model):
    """How Kubernetes replaces the Pods for a new version. Upstream: DeploymentStrategy (apps/v1)."""

    type: Literal["", "Recreate", "RollingUpdate"] = ""
    """"" chooses Recreate where only one node can mount the volume (a rolling update would wait for ever), else
    RollingUpdate."""

    rolling_update: RollingUpdate | None = None

    def _rule_errors(self) -> RuleErrors:
        if self.rolling_update and self.rolling_update.model_fields_set and self.type == "Recreate":
            yield ("rollingUpdate",), conflict_error("strategy")[1]
