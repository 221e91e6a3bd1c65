"""How many Pods a drain of nodes can stop at a time: PodDisruptionBudget (policy/v1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from registry_gitops.model import IntOrString, Model, RuleErrors
from registry_gitops.values.conflicts import conflict_error


class DisruptionBudget(Model):
    """A PodDisruptionBudget: how many Pods a drain of nodes leaves running. Upstream: PodDisruptionBudgetSpec."""

    enabled: bool = False
    """Whether the budget is rendered. With one replica it cannot keep the registry running, only block drains."""

    min_available: IntOrString | None = None
    """Pods that must stay ready, as a count or a percentage."""

    max_unavailable: IntOrString | None = None
    """Pods that can be stopped, as a count or a percentage. Default, without `minAvailable`: 1."""

    instead: ClassVar[Mapping[str, str]] = {"create": "write enabled"}

    def _rule_errors(self) -> RuleErrors:
        if self.enabled and self.min_available is not None and self.max_unavailable is not None:
            yield ("maxUnavailable",), conflict_error("pdb-both")[1]
