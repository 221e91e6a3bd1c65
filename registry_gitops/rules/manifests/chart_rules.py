"""What a chart refuses of the values of a HelmRelease."""

from __future__ import annotations

from typing import Final

from registry_gitops.rules.rule import Rule

CHART_RULES: Final[tuple[Rule, ...]] = ()
