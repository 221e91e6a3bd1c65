"""Our Helm chart for others to use: written to a directory that several deployments share."""

from registry_gitops.charts.chart_directory import write_chart

__all__ = ["write_chart"]
