"""The chart as an artifact of an OCI registry: what `helm push` stores, but for the time."""

from __future__ import annotations

import json
from typing import Final

from registry_gitops.charts.chart_archive import ChartArchive
from registry_gitops.smoke import LocalBlob, LocalManifest

_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_CONFIG: Final = "application/vnd.cncf.helm.config.v1+json"
_CONTENT: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
"""Source: helm.sh/docs/topics/registries, OCI artifact format."""

_ANNOTATIONS: Final = {"name": "title", "version": "version", "description": "description"}
"""Key of Chart.yaml -> the annotation org.opencontainers.image.* that says the same."""


def build_artifact(archive: ChartArchive) -> LocalManifest:
    """Return the manifest of the chart with its blobs: the same bytes for the same archive."""
    metadata = archive.metadata
    config = LocalBlob(_to_json(metadata), _CONFIG)
    layer = LocalBlob(archive.content, _CONTENT)
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": config.descriptor(),
        "layers": [layer.descriptor()],
        "annotations": {f"org.opencontainers.image.{name}": metadata[key] for key, name in _ANNOTATIONS.items()},
    }
    return LocalManifest(_to_json(manifest), _MANIFEST, (config, layer))


def _to_json(data: object) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
