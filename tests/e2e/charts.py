"""Our chart, published by `registry_gitops.charts`, as `registry-gitops chart` does it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from registry_gitops.charts import ChartRepository, package_chart, push_chart, write_archive
from registry_gitops.registry import ReferenceRegistry


def package(folder: Path) -> Path:
    """Pack the chart into `folder`."""
    return write_archive(package_chart(), folder)


def push(registry: ReferenceRegistry, repository: str) -> str:
    """Push the chart below `repository`, and return the URL of that: `oci://HOST:PORT/REPOSITORY`."""
    url, archive = f"oci://{urlsplit(registry.url).netloc}/{repository}", package_chart()
    target = ChartRepository.parse(url, archive.name)
    with target.connect(plain_http=True) as client:
        push_chart(client, target, archive)
    return url
