"""Checks of what clients push besides images: artifacts, signatures, caches, and indexes of every kind."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.client_artifacts import EMPTY, GZIP_LAYER, ClientArtifacts
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import (
    expect_digest,
    expect_status,
    is_blob_unknown,
    parse_errors,
    status_failure,
)
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import (
    ARTIFACT,
    IMAGE,
    INDEX,
    LocalManifest,
    make_manifest,
    sha256_digest,
)
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import KINDS, PROXY
from registry_gitops.smoke.remedy import Remedy
from registry_gitops.smoke.repository import READS, expect_same_bytes, expect_same_manifest

PLATFORMS: Final = "configuration.validation.manifests.indexes.platforms"
INDEXES: Final = Remedy(
    f"Set `{PLATFORMS}` to none: the registry then no longer requires each entry of an index to be a manifest of the "
    "repository.",
    sets={PLATFORMS: "none"},
)
MANY_LAYERS: Final = 200
_OTHER_REASONS: Final = (401, 413, 429)
_ODD_JSON: Final = """\r
{\t"layers" : [ {"size": LAYER_SIZE, "digest": "LAYER_DIGEST", "mediaType": "LAYER_TYPE",
 "org.example.unknown": null} ],
  "annotations": {"z": "<b>&\\u00fc\\/ü 雪 \\uD83D\\uDE00\\n", "a": "LABEL", "": ""},
  "config": {"mediaType": "CONFIG_TYPE", "size": CONFIG_SIZE, "digest": "CONFIG_DIGEST", "data": "CONFIG_DATA"},
  "org.example.unknown": {"big": 9007199254740993, "float": 1.0E+2, "list": [], "object": {}, "no": false},
  "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json" }

"""


@check("artifacts", spec="image-spec, Guidelines for Artifact Usage: unknown media types are no error", remedy=KINDS)
def artifacts(context: Context) -> None:
    """Artifacts of Helm, Flux, oras, and others can be pushed and pulled.

    A registry or filter that knows only images refuses them by their media types.
    """
    made = _make(context)
    context.repository.push_blob(EMPTY)
    _expect_all_kept(
        context,
        {
            "a Helm chart": made.make_helm_chart(),
            "a Flux artifact": made.make_flux_artifact(),
            "an artifact of oras with an empty config": made.make_oras_artifact(),
            "files pushed by oras": made.make_oras_files(),
            "a WASM module": made.make_wasm_module(),
        },
    )
    expect_same_bytes(expect_status(context.repository.request_blob(EMPTY.digest), 200), EMPTY)


@check("cosign-signature", spec="cosign, Signature Specification", remedy=KINDS)
def cosign_signature(context: Context) -> None:
    """A signature of cosign can be looked for, pushed, and pulled.

    It is an artifact under the tag sha256-DIGEST.sig. Before the first signature, that tag is missing (404).
    """
    image, signature = context.make_variant(), _make(context).make_signature()
    context.repository.store(image)
    tag = f"{image.digest.replace(':', '-')}.sig"
    if not context.is_repeatable:
        for method in READS:
            expect_status(context.repository.request_manifest(tag, method=method), 404)
    _expect_kept(context, signature, tag)


@check("buildkit-attestation", spec="BuildKit, Image attestation storage", remedy=KINDS)
def buildkit_attestation(context: Context) -> None:
    """An image with attestations of BuildKit can be pushed and pulled.

    `docker buildx build --push` pushes one by default: an index with an entry of the platform unknown/unknown.
    """
    made = _make(context)
    attestation = made.make_attestation()
    _expect_kept(context, attestation)
    _expect_kept(context, made.make_attested_image(INDEX, attestation), context.make_tag("a"))


@check("buildkit-cache", spec="BuildKit, Registry cache", remedy=KINDS)
def buildkit_cache(context: Context) -> None:
    """A cache of BuildKit can be exported to the registry, and imported.

    `docker buildx build --cache-to type=registry` pushes an image since BuildKit 0.21, and before that an index whose
    entries are layers.
    """
    made = _make(context)
    _expect_kept(context, made.make_cache_image())
    _expect_index_kept(
        context,
        made.make_cache_index(),
        "caches of BuildKit in the form of an index are refused: export them with image-manifest=true, or set "
        f"`{PLATFORMS}` to none",
    )


@check(
    "index-sparse",
    requirement=RECOMMENDED,
    spec="image-spec, image index; distribution-spec, end-7: missing entries",
    remedy=KINDS,
)
def index_sparse(context: Context) -> None:
    """An index can be pushed without the images of all platforms.

    Mirrors that copy only some platforms keep the index, and its digest, as it was signed.
    """
    image, _ = context.pushed_image()
    missing = {"mediaType": IMAGE, "digest": sha256_digest(context.seed.encode()), "size": 500}
    entries = [
        image.descriptor(platform={"architecture": "amd64", "os": "linux"}),
        {**missing, "platform": {"architecture": "arm64", "os": "linux"}},
    ]
    index = make_manifest({"manifests": entries}, INDEX)
    refusal = (
        "indexes with missing images are refused, which the specification allows, and so are caches of BuildKit whose "
        f"layers the registry has not seen since its start: set `{PLATFORMS}` to none"
    )
    _expect_index_kept(context, index, refusal)


@check(
    "manifest-shapes",
    requirement=RECOMMENDED,
    spec="image-spec, image index and image manifest: empty lists, nested indexes, and optional keys",
    remedy=KINDS,
)
def manifest_shapes(context: Context) -> None:
    """Indexes of indexes and artifacts, empty indexes, and images without layers can be pushed and pulled.

    oras, regctl, and Bazel push them.
    """
    image, _ = context.pushed_image()
    by = {"annotations": {"org.example.made-by": f"{context.seed} {context.check_id}"}}
    config, _ = image.blobs
    inner = _without_type({"artifactType": ARTIFACT, "manifests": [_describe_oddly(image)], **by})
    _expect_all_kept(
        context,
        {
            "an image without layers": make_manifest({"config": config.descriptor(), "layers": [], **by}),
            "an empty index": make_manifest({"manifests": [], **by}, INDEX),
            "an index without a media type": inner,
            "an index that names an index twice": make_manifest({"manifests": [inner.descriptor()] * 2, **by}, INDEX),
        },
    )


@check("layer-types", spec="image-spec, layer: media types", remedy=KINDS)
def layer_types(context: Context) -> None:
    """Layers of every compression can be pushed, and one layer twice.

    Podman and BuildKit compress with gzip or zstd, or not at all.
    """
    made = _make(context)
    plain = GZIP_LAYER.removesuffix("+gzip")
    _expect_kept(context, made.make_layers(plain, GZIP_LAYER, f"{plain}+zstd"))
    response = context.repository.put_manifest(foreign := made.make_foreign_layer(), foreign.digest)
    if response.status >= 400 and parse_errors(response) is not None:
        raise NotSupported(
            "layers at other addresses are refused, as those of old Windows images: "
            "`configuration.validation.manifests.urls.allow` names addresses to accept"
        )
    expect_status(response, 201)


@check("manifest-bytes", spec="distribution-spec, end-7: the exact bytes of a manifest are kept", remedy=PROXY)
def manifest_bytes(context: Context) -> None:
    """A manifest is kept byte for byte, with keys that nobody knows.

    Its digest is that of its bytes: a proxy that formats it again breaks each pull by digest.
    """
    _expect_kept(context, _make_odd_json(context), tag := context.make_tag("a"))
    expect_same_manifest(context.repository.request_manifest(tag), _make_odd_json(context))


@check("manifest-many-layers", spec="image-spec, image manifest: no limit of layers", remedy=KINDS)
def manifest_many_layers(context: Context) -> None:
    """An image of 200 layers can be pushed and pulled.

    AI models and disks of virtual machines have as many.
    """
    _expect_kept(context, _make(context).make_many_layers(MANY_LAYERS))


@check(
    "manifest-4-mb",
    level=Level.FULL,
    requirement=RECOMMENDED,
    spec="distribution-spec, end-7: manifests of at least 4 MB",
    remedy=KINDS,
)
def manifest_4_mb(context: Context) -> None:
    """Manifests of 1 and 4 MB can be pushed and pulled.

    The specification names 4 MB as what clients can rely on.
    """
    for size in (1_000_000, 4_000_000):
        rest = size - len(context.make_variant(filler="").content)
        _expect_kept(context, context.make_variant(filler="x" * rest))


@check("tag-types", spec="distribution-spec, end-7: a tag can be pushed again", remedy=PROXY)
def tag_types(context: Context) -> None:
    """A tag can move from an image to an index, and back.

    An image becomes one for several platforms, and a rollback undoes that. A cache must not keep the old media type.
    """
    tag, image = context.make_tag("a"), context.make_variant()
    index = context.images.make_image_index(context.check_id, image)
    for manifest, methods in ((image, ("HEAD",)), (index, READS), (image, READS)):
        context.repository.store(manifest, tag)
        for method in methods:
            expect_same_manifest(context.repository.request_manifest(tag, method=method), manifest)


def _make(context: Context) -> ClientArtifacts:
    return ClientArtifacts(context.pushed_image()[0], f"{context.seed} {context.check_id}")


def _expect_kept(context: Context, manifest: LocalManifest, tag: str = "") -> None:
    """Push a manifest, and pull it as most clients do: HEAD of its tag, if it has one, and GET of its digest."""
    expect_digest(_store(context, manifest, tag), manifest.digest)
    if tag:
        expect_same_manifest(context.repository.request_manifest(tag, method="HEAD"), manifest)
    expect_same_manifest(context.repository.request_manifest(manifest.digest), manifest)


def _store(context: Context, manifest: LocalManifest, tag: str) -> RegistryResponse:
    response = context.repository.put_manifest(manifest, tag or manifest.digest)
    if 400 <= response.status < 500 and response.status not in _OTHER_REASONS and not is_blob_unknown(response):
        # Other manifests are accepted: so it is not what the status code alone tells, such as a read-only registry.
        raise CheckFailed(str(status_failure(response, 201)), KINDS)
    return expect_status(response, 201)


def _expect_all_kept(context: Context, manifests: Mapping[str, LocalManifest]) -> None:
    failures: dict[str, CheckFailed] = {}
    for name, manifest in manifests.items():
        try:
            _expect_kept(context, manifest)
        except CheckFailed as failed:
            failures[name] = failed
    if failures:
        remedy = next(iter(failures.values())).remedy
        raise CheckFailed("; ".join(f"{name}: {failed}" for name, failed in failures.items()), remedy)


def _expect_index_kept(context: Context, index: LocalManifest, refusal: str) -> None:
    """Push an index whose entries are no manifests of the repository, and pull it. A refusal is allowed."""
    response = context.repository.put_manifest(index, index.digest)
    if is_blob_unknown(response):
        if _accepts_entries(context):
            raise CheckFailed(str(status_failure(response, 201)), INDEXES)
        raise NotSupported(refusal)
    _expect_kept(context, index)


def _accepts_entries(context: Context) -> bool:
    """Return whether the registry is described as one that accepts any entries, which is the default of the chart."""
    expectations = context.expectations
    return bool(expectations.source) and expectations.settings.get(PLATFORMS, "none") == "none"


def _without_type(index: Mapping[str, object]) -> LocalManifest:
    """Make an index without the key mediaType, as Buildah did."""
    return LocalManifest(json.dumps({"schemaVersion": 2, **index}).encode(), INDEX)


def _describe_oddly(image: LocalManifest) -> dict[str, object]:
    more = {"artifactType": ARTIFACT, "urls": ["https://example.com/image"], "annotations": {"org.example.n": "1"}}
    return image.descriptor(**more)


def _make_odd_json(context: Context) -> LocalManifest:
    """Make a manifest that no JSON library writes so: by its escapes, numbers, white space, and unknown keys."""
    config, layer = context.pushed_image()[0].blobs
    text = _ODD_JSON
    for name, value in {
        "LABEL": f"{context.seed} {context.check_id}",
        "LAYER_TYPE": layer.media_type,
        "LAYER_DIGEST": layer.digest,
        "LAYER_SIZE": str(len(layer.content)),
        "CONFIG_TYPE": config.media_type,
        "CONFIG_DIGEST": config.digest,
        "CONFIG_SIZE": str(len(config.content)),
        "CONFIG_DATA": b64encode(config.content).decode(),
    }.items():
        text = text.replace(name, value)
    return LocalManifest(text.encode(), IMAGE)


CHECKS = (
    artifacts,
    cosign_signature,
    buildkit_attestation,
    buildkit_cache,
    index_sparse,
    manifest_shapes,
    layer_types,
    manifest_bytes,
    manifest_many_layers,
    manifest_4_mb,
    tag_types,
)
