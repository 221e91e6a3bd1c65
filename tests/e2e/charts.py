"""Our chart, published as docs/deploying.md says: packed and pushed by the real Helm."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from registry_gitops.registry import ReferenceRegistry
from tests.registry.clients.programs import Registry, run
from tests.support.helm import CHART


def package(folder: Path) -> Path:
    """Pack the chart into `folder`, which has to be there."""
    run(["helm", "package", CHART, "--destination", folder], Registry(""), folder)
    (made,) = folder.glob("*.tgz")
    return made


def push(chart: Path, registry: ReferenceRegistry, repository: str) -> str:
    """Push a packed chart below `repository`, and give the address of that: `oci://HOST:PORT/REPOSITORY`."""
    there = Registry(urlsplit(registry.url).netloc)
    address = f"oci://{there.host}/{repository}"
    run(["helm", "push", chart, address, "--plain-http"], there, chart.parent)
    return address
