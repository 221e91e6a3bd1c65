"""Values of Helm charts, checked as Helm checks them: which chart a HelmRelease uses, and what its schema refuses."""

from registry_gitops.validate.charts.checks import HELM_RELEASE, find_chart_problems

__all__ = ["HELM_RELEASE", "find_chart_problems"]
