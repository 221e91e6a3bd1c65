"""Our Helm chart for others to use: written to a directory that several deployments share, or packed as an archive."""

from registry_gitops.charts.chart_archive import ChartArchive, package_chart, write_archive
from registry_gitops.charts.chart_directory import write_chart

__all__ = ["ChartArchive", "package_chart", "write_archive", "write_chart"]
