"""What a validation looks at, besides the paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KUBERNETES_VERSIONS: Final = ("1.34", "1.35", "1.36")
"""The versions of Kubernetes whose schemas are carried, oldest first."""


@dataclass(frozen=True)
class ValidationOptions:
    """The options of `registry-gitops validate`."""

    only: frozenset[str] = frozenset()
    """Ids of the rules whose findings are reported; all of them if there are none."""

    skip: frozenset[str] = frozenset()
    """Ids of the rules whose findings are not reported."""

    kubernetes_version: str = KUBERNETES_VERSIONS[-1]
    """Minor version of Kubernetes, one of KUBERNETES_VERSIONS."""

    schemas: tuple[str, ...] = ()
    """Files and directories with more CustomResourceDefinitions."""

    charts: Mapping[str, str] = field(default_factory=dict)
    """Name of a chart, as a HelmRelease or its source names it -> directory of the chart."""

    jobs: int = 0
    """Processes that read and check at a time; 0 for one per core, if there are files enough."""

    def reports(self, rule_id: str) -> bool:
        """Whether findings of a rule are reported."""
        return rule_id not in self.skip and (not self.only or rule_id in self.only)
