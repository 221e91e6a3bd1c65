"""Where the Pods run, and how a new version takes over. Types and names: core/v1 and apps/v1."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from registry_gitops.masking import quote
from registry_gitops.model import EMPTY, IntOrString, LabelKey, Labels, ListOf, Model, Positive, custom_error, error_at
from registry_gitops.values.conflicts import conflict

Weight = Annotated[int, Field(ge=1, le=100)]


class Toleration(Model):
    """A taint that the Pod puts up with. Upstream: Toleration (core/v1)."""

    key: LabelKey | None = None
    """Key of the taint; none, with operator Exists, stands for all."""

    operator: Literal["Exists", "Equal"] | None = None
    """How key and value are compared. Default: Equal."""

    value: str | None = None
    """Value of the taint, with operator Equal."""

    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Effect of the taint; none stands for all."""

    toleration_seconds: int | None = None
    """Seconds that the Pod stays after a NoExecute taint; none means for ever."""

    @model_validator(mode="after")
    def _agrees(self) -> Toleration:
        if self.operator == "Exists" and self.value:
            raise error_at("Toleration", [(("value",), custom_error("toleration", "operator Exists takes no value"))])
        if self.operator != "Exists" and self.key is None:
            raise error_at(
                "Toleration", [((), custom_error("toleration", "without a key the operator must be Exists"))]
            )
        return self


class LabelSelectorRequirement(Model):
    """One condition on labels. Upstream: LabelSelectorRequirement (meta/v1)."""

    key: LabelKey
    """Key of the label."""

    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """How the label's value is compared."""

    values: ListOf[str] = ()
    """Values, with the operators In and NotIn."""


class LabelSelector(Model):
    """Which objects are meant; all conditions must hold. Upstream: LabelSelector (meta/v1)."""

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
    """Nodes that fit: one of the terms must hold. Upstream: NodeSelector (core/v1)."""

    node_selector_terms: Annotated[ListOf[NodeSelectorTerm], Field(min_length=1)]
    """Terms, of which one must hold."""


class PreferredSchedulingTerm(Model):
    """Nodes that are preferred. Upstream: PreferredSchedulingTerm (core/v1)."""

    weight: Weight
    """Weight, 1 to 100."""

    preference: NodeSelectorTerm
    """Which nodes."""


class NodeAffinity(Model):
    """On which nodes the Pod runs. Upstream: NodeAffinity (core/v1)."""

    required_during_scheduling_ignored_during_execution: NodeSelector | None = None
    """Nodes that the Pod needs."""

    preferred_during_scheduling_ignored_during_execution: ListOf[PreferredSchedulingTerm] = ()
    """Nodes that the Pod prefers."""


class PodAffinityTerm(Model):
    """Pods that are meant, and how near is near. Upstream: PodAffinityTerm (core/v1)."""

    topology_key: LabelKey
    """Label of nodes that counts as one place, such as kubernetes.io/hostname."""

    label_selector: LabelSelector | None = None
    """Labels of the Pods."""

    match_label_keys: ListOf[LabelKey] = ()
    """Labels whose value is taken from this Pod."""

    mismatch_label_keys: ListOf[LabelKey] = ()
    """Labels whose value must differ from this Pod's."""

    namespaces: ListOf[str] = ()
    """Namespaces of the Pods; none means this one."""

    namespace_selector: LabelSelector | None = None
    """Labels of the namespaces."""


class WeightedPodAffinityTerm(Model):
    """Pods that are preferred, or avoided. Upstream: WeightedPodAffinityTerm (core/v1)."""

    weight: Weight
    """Weight, 1 to 100."""

    pod_affinity_term: PodAffinityTerm
    """Which Pods."""


class PodAffinity(Model):
    """Pods to be near to, or far from. Upstream: PodAffinity and PodAntiAffinity (core/v1)."""

    required_during_scheduling_ignored_during_execution: ListOf[PodAffinityTerm] = ()
    """What must hold."""

    preferred_during_scheduling_ignored_during_execution: ListOf[WeightedPodAffinityTerm] = ()
    """What is preferred."""


class Affinity(Model):
    """Where the Pods run. Upstream: Affinity (core/v1)."""

    node_affinity: NodeAffinity | None = None
    """On which nodes."""

    pod_affinity: PodAffinity | None = None
    """Near which Pods."""

    pod_anti_affinity: PodAffinity | None = None
    """Far from which Pods."""


class TopologySpreadConstraint(Model):
    """How evenly the Pods are spread. Upstream: TopologySpreadConstraint (core/v1)."""

    max_skew: Positive
    """How many Pods more than elsewhere one place may have."""

    topology_key: LabelKey
    """Label of nodes that counts as one place, such as topology.kubernetes.io/zone."""

    when_unsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"]
    """What happens when the Pods cannot be spread so."""

    label_selector: LabelSelector | None = None
    """Which Pods are counted. Default: those of this release."""

    match_label_keys: ListOf[LabelKey] = ()
    """Labels whose value is taken from the Pod, such as pod-template-hash."""

    min_domains: Positive | None = None
    """How many places there must be, with DoNotSchedule."""

    node_affinity_policy: Literal["Honor", "Ignore"] | None = None
    """Whether nodes that the Pod may not run on are counted. Default: Honor (they are not)."""

    node_taints_policy: Literal["Honor", "Ignore"] | None = None
    """Whether tainted nodes are left out. Default: Ignore (they are counted)."""


_UP_TO_100: Final = "0*(100|[0-9]{1,2})%"


def _at_most_all(value: int | str) -> int | str:
    if isinstance(value, str) and not re.fullmatch(_UP_TO_100, value):
        raise custom_error("percentage", f"{quote(value)} is more than all Pods: use at most 100%")
    return value


class RollingUpdate(Model):
    """How far a rollout may go at a time. Upstream: RollingUpdateDeployment (apps/v1)."""

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
    """How a new version takes over. Upstream: DeploymentStrategy (apps/v1)."""

    type: Literal["", "Recreate", "RollingUpdate"] = ""
    """"" chooses Recreate where only one node can mount the volume (a rolling update would wait for ever), else
    RollingUpdate."""

    rolling_update: RollingUpdate | None = None
    """How far a rolling update may go at a time."""

    @model_validator(mode="after")
    def _rolling(self) -> UpdateStrategy:
        if self.rolling_update and self.rolling_update.model_fields_set and self.type == "Recreate":
            raise error_at("UpdateStrategy", [(("rollingUpdate",), conflict("strategy")[1])])
        return self
