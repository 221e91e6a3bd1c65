"""Our Helm chart for others to use: written to a directory, packed as an archive, or pushed to an OCI registry."""

from registry_gitops.charts.chart_archive import ChartArchive, package_chart, write_archive
from registry_gitops.charts.chart_directory import write_chart
from registry_gitops.charts.chart_push import ChartRepository, PushedChart, push_chart

__all__ = [
    "ChartArchive",
    "ChartRepository",
    "PushedChart",
    "package_chart",
    "push_chart",
    "write_archive",
    "write_chart",
]
