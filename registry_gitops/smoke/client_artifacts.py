"""The manifests that clients push: those of Helm, Flux, oras, BuildKit, cosign, and others, to the letter.

All of them have the blobs of one image, so that only the manifests are left to push.
"""

from __future__ import annotations

import json
from typing import Any, Final

from registry_gitops.smoke.images import (
    ARTIFACT,
    CONFIG,
    IMAGE,
    INDEX,
    LocalBlob,
    LocalManifest,
    make_manifest,
)

EMPTY: Final = LocalBlob(b"{}", "application/vnd.oci.empty.v1+json")
"""The config of artifacts that have none. Source: image-spec, Guidance for an Empty Descriptor."""
CACHE_CONFIG: Final = "application/vnd.buildkit.cacheconfig.v0"
GZIP_LAYER: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
SIGNATURE: Final = "application/vnd.dev.cosign.simplesigning.v1+json"
_ATTESTED: Final = {"vnd.docker.reference.type": "attestation-manifest"}
_UNKNOWN: Final = {"architecture": "unknown", "os": "unknown"}
_AMD64: Final = {"architecture": "amd64", "os": "linux"}
_CHAIN: Final = "-----BEGIN CERTIFICATE-----\nMIIB+zCCAaCgAwIBAgIUJ/Zü==\n-----END CERTIFICATE-----\n"

Descriptor = dict[str, object]


class ClientArtifacts:
    """Makes what clients push from the config and the layer of an image. The label makes it different."""

    def __init__(self, image: LocalManifest, label: str) -> None:
        self._image = image
        self._config, self._layer = image.blobs
        self._made_by = {"org.example.made-by": label}

    def make_helm_chart(self) -> LocalManifest:
        """Make a chart as Helm does: without the media type of the manifest, which is optional."""
        body = {
            "schemaVersion": 2,
            "config": self._config_as("application/vnd.cncf.helm.config.v1+json"),
            "layers": [
                self._layer_as("application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
                self._layer_as("application/vnd.cncf.helm.chart.provenance.v1.prov"),
            ],
            "annotations": {"org.opencontainers.image.version": "0.1.0+build.1", **self._made_by},
        }
        return LocalManifest(json.dumps(body).encode(), IMAGE)

    def make_flux_artifact(self) -> LocalManifest:
        """Make an artifact as `flux push artifact` does."""
        return self._make(
            self._config_as("application/vnd.cncf.flux.config.v1+json"),
            self._layer_as("application/vnd.cncf.flux.content.v1.tar+gzip"),
            annotations={"org.opencontainers.image.revision": "main@sha1:0", **self._made_by},
        )

    def make_wasm_module(self) -> LocalManifest:
        """Make a WASM component as wkg does."""
        return self._make(self._config_as("application/vnd.wasm.config.v0+json"), self._layer_as("application/wasm"))

    def make_oras_artifact(self) -> LocalManifest:
        """Make an artifact as oras does without a file: an empty config, also as its content."""
        layers = EMPTY.descriptor(data="e30=")
        return self._make(EMPTY.descriptor(data="e30="), layers, artifactType=ARTIFACT)

    def make_oras_files(self) -> LocalManifest:
        """Make an artifact as oras does from files."""
        titles = {"org.opencontainers.image.title": "Grüße & <notes>.txt"}
        layer = self._layer_as("text/plain; charset=utf-8", annotations=titles)
        return self._make(self._config_as("application/vnd.unknown.config.v1+json"), layer, layer)

    def make_signature(self) -> LocalManifest:
        """Make a signature as cosign does: each layer is a payload, its annotations are the signature."""
        bundle = json.dumps({"SignedEntryTimestamp": "MEUCIQ==", "Payload": {"body": "eyJhIjoiYlwiIn0="}})
        signature: dict[str, str] = {
            "dev.cosignproject.cosign/signature": "MEUCIQD" * 12,
            "dev.sigstore.cosign/bundle": bundle,
            "dev.sigstore.cosign/certificate": _CHAIN,
        }
        layer = self._layer_as(SIGNATURE, annotations=signature)
        return self._make(self._config_as(CONFIG), layer, annotations={**self._made_by})

    def make_attestation(self) -> LocalManifest:
        """Make provenance and SBOM of an image as BuildKit does."""
        statements = [
            self._layer_as("application/vnd.in-toto+json", annotations={"in-toto.io/predicate-type": predicate})
            for predicate in ("https://slsa.dev/provenance/v0.2", "https://spdx.dev/Document")
        ]
        return self._make(self._config_as(CONFIG), *statements)

    def make_attested_image(self, media_type: str, attestation: LocalManifest) -> LocalManifest:
        """Make the index of an image and its attestation as BuildKit does: the platform of the latter is unknown."""
        annotations = {**_ATTESTED, "vnd.docker.reference.digest": self._image.digest}
        entries = [
            self._image.descriptor(platform=_AMD64),
            attestation.descriptor(annotations=annotations, platform=_UNKNOWN),
        ]
        return make_manifest({"manifests": entries}, media_type)

    def make_cache_image(self) -> LocalManifest:
        """Make a cache as BuildKit does with `image-manifest=true`."""
        layer = self._layer_as(GZIP_LAYER, annotations={"containerd.io/uncompressed": self._layer.digest})
        return self._make(self._config_as(CACHE_CONFIG), layer)

    def make_cache_index(self) -> LocalManifest:
        """Make a cache as BuildKit does with `image-manifest=false`: an index of layers and a config."""
        layer = self._layer_as(GZIP_LAYER, annotations={"containerd.io/uncompressed": self._layer.digest})
        return make_manifest({"manifests": [layer, self._config_as(CACHE_CONFIG)]}, INDEX)

    def make_layers(self, *media_types: str) -> LocalManifest:
        """Make an image with layers of these media types, the first one twice."""
        layers = [self._layer_as(media_type) for media_type in (media_types[0], *media_types)]
        return self._make(self._config_as(CONFIG), *layers)

    def make_many_layers(self, count: int) -> LocalManifest:
        """Make an image with as many layers."""
        layers = [self._layer_as(GZIP_LAYER, annotations={"org.example.part": str(part)}) for part in range(count)]
        return self._make(self._config_as(CONFIG), *layers)

    def make_foreign_layer(self) -> LocalManifest:
        """Make an image as that of Windows was: its base layer is at another address."""
        layer = self._layer_as(
            "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", urls=["https://example.com/layer"]
        )
        return self._make(self._config_as(CONFIG), layer)

    def _make(self, config: Descriptor, *layers: Descriptor, **more: Any) -> LocalManifest:
        body = {"config": config, "layers": list(layers), "annotations": self._made_by, **more}
        return make_manifest(body)

    def _config_as(self, media_type: str) -> Descriptor:
        return {**self._config.descriptor(), "mediaType": media_type}

    def _layer_as(self, media_type: str, **more: object) -> Descriptor:
        return {**self._layer.descriptor(**more), "mediaType": media_type}
