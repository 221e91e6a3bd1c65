"""Manifests: every kind, by tag and by digest, and what must be refused."""

from __future__ import annotations

from registry_gitops.smoke.check import MUST, SHOULD, CheckFailed, Level, Need, NotSupported, check
from registry_gitops.smoke.client import Answer
from registry_gitops.smoke.content import DOCKER_IMAGE, EVERY_MANIFEST, IMAGE, Manifest, digest_of
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect, unexpected
from registry_gitops.smoke.remedies import OTHER_REGISTRY, PROXY, PROXY_ERRORS
from registry_gitops.smoke.repository import same

STORAGE = (
    "The registry's log says why (kubectl logs): mostly the volume (`persistence.size`, `podSecurityContext.fsGroup`), "
    "or `configuration.validation.manifests.indexes.platforms`."
)
CLASSES = "Let `configuration.policy.repository.classes` be empty, and `image.tag` a current version."


@check(
    "manifest-image",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-7 and end-3; image-spec, image manifest",
    remedy=STORAGE,
    needs={Need.PUSH},
)
def manifest_image(context: Context) -> None:
    """An OCI image can be pushed, and pulled by tag and by digest.

    What BuildKit, Podman and Buildah make.
    """
    _round_trip(context, context.image())


@check(
    "manifest-docker",
    Level.SMOKE,
    MUST,
    spec="Docker image manifest, version 2 schema 2",
    remedy=CLASSES,
    needs={Need.PUSH},
)
def manifest_docker(context: Context) -> None:
    """A Docker image (schema 2) can be pushed, and pulled by tag and by digest.

    What `docker push` sends, and what most public images are.
    """
    _round_trip(context, context.image(docker=True))


@check(
    "manifest-index",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-7; image-spec, image index",
    remedy=STORAGE,
    needs={Need.PUSH},
)
def manifest_index(context: Context) -> None:
    """An index of images can be pushed and pulled.

    What images for several platforms are.
    """
    _round_trip(context, context.content.index(context.check, context.image("amd64"), context.image("arm64")))


@check(
    "manifest-artifact",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, Pushing Manifests with Subject; image-spec, artifacts",
    remedy=CLASSES,
    needs={Need.PUSH},
)
def manifest_artifact(context: Context) -> None:
    """An artifact that refers to an image can be pushed and pulled.

    What signatures, SBOMs and Helm charts are.
    """
    subject = context.image()
    context.repository.push(subject)
    _round_trip(context, context.content.artifact(context.check, subject))


@check(
    "manifest-head",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-3: HEAD",
    remedy=PROXY,
    needs={Need.PUSH},
)
def manifest_head(context: Context) -> None:
    """HEAD gives digest, length and type of a manifest.

    Flux, Renovate and the kubelet look so whether a tag has moved.
    """
    image, tag = context.pushed_image()
    for reference in (tag, image.digest):
        answer = expect(context.repository.manifest(reference, method="HEAD"), 200)
        _check_headers(answer, image)
        said = answer.headers.get("Content-Length")
        if said != str(len(image.content)):
            raise CheckFailed(f"HEAD says that the manifest is {said} bytes long, not {len(image.content)}")


@check(
    "manifest-missing",
    Level.READ,
    MUST,
    spec="distribution-spec, end-3: 404",
    remedy=PROXY_ERRORS,
)
def manifest_missing(context: Context) -> None:
    """A manifest that is not there is answered with 404.

    Clients that are told anything else take the registry for broken.
    """
    for method in ("HEAD", "GET"):
        expect(context.repository.manifest(context.tag("none"), method=method), 404)
    for method in ("HEAD", "GET"):
        answer = context.repository.manifest(context.image("none").digest, method=method)
        if answer.status == 500:
            raise NotSupported("a digest that is not there is answered with 500, as pull-through caches do")
        expect(answer, 404)


@check(
    "manifest-accept",
    Level.SMOKE,
    MUST,
    spec="RFC 9110, Accept; distribution-spec, Pulling Manifests",
    remedy=PROXY,
    needs={Need.PUSH},
)
def manifest_accept(context: Context) -> None:
    """A manifest comes as the type that it was pushed as, whatever the client accepts.

    One that is converted on the way has another digest than the one that was asked for.
    """
    image, tag = context.pushed_image()
    for accept in (IMAGE, EVERY_MANIFEST, f"{DOCKER_IMAGE}, {IMAGE};q=0.5, */*;q=0.1"):
        answer = expect(context.repository.manifest(tag, accept=accept), 200)
        same(answer, image)
        _check_headers(answer, image)
    # Who accepts another type only may be refused, but must not be given something made up.
    answer = context.repository.manifest(tag, accept=DOCKER_IMAGE)
    if expect(answer, 200, 404, 406).status == 200:
        same(answer, image)
        _check_headers(answer, image)


@check(
    "manifest-conditional",
    Level.SMOKE,
    SHOULD,
    spec="RFC 9110, If-None-Match",
    remedy=PROXY,
    needs={Need.PUSH},
)
def manifest_conditional(context: Context) -> None:
    """A manifest that a client already has is not sent again.

    It is answered with 304, and a tag that has moved with the new one.
    """
    _, tag = context.pushed_image()
    entity = expect(context.repository.manifest(tag, method="HEAD"), 200).headers.get("ETag")
    if not entity:
        raise NotSupported("manifests have no ETag")
    headers = {"Accept": EVERY_MANIFEST, "If-None-Match": entity}
    answer = context.repository.ask("GET", f"manifests/{tag}", headers=headers)
    if answer.status == 200:
        raise NotSupported("If-None-Match is ignored")
    if answer.status != 304 or answer.body:
        raise unexpected(answer, 304)
    other = {**headers, "If-None-Match": f'"{digest_of(b"other")}"'}
    expect(context.repository.ask("GET", f"manifests/{tag}", headers=other), 200)


@check(
    "manifest-wrong-digest",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-7: the digest must fit",
    remedy=OTHER_REGISTRY,
    needs={Need.PUSH},
)
def manifest_wrong_digest(context: Context) -> None:
    """A manifest that does not fit its digest is refused.

    Else who pulls by digest does not get what was signed.
    """
    image, other = context.image(), context.image("other")
    for blob in image.blobs:
        context.repository.push_blob(blob)
    context.repository.ledger.manifest(context.repository.name, image.digest)
    context.repository.ledger.manifest(context.repository.name, other.digest)
    answer = context.repository.ask(
        "PUT", f"manifests/{other.digest}", image.content, {"Content-Type": image.media_type}
    )
    if answer.status < 300:
        if answer.headers.get("Docker-Content-Digest") == image.digest:
            raise NotSupported("the registry does not compare; it only answers with the digest that fits")
        raise CheckFailed(f"a manifest was taken under a digest that does not fit ({answer.status})")
    for refused in (image, other):
        context.repository.ledger.no_manifest(context.repository.name, refused.digest, None)
    if not 400 <= answer.status < 500:
        raise unexpected(answer, 400)


@check(
    "manifest-invalid",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, Error Codes: MANIFEST_INVALID",
    remedy=OTHER_REGISTRY,
    needs={Need.PUSH},
)
def manifest_invalid(context: Context) -> None:
    """An invalid manifest gets a 4xx.

    Else a broken push is found by who pulls.
    """
    broken = Manifest(f'{{"schemaVersion": 2, "{context.run_id}'.encode(), IMAGE)
    answer = context.repository.put_manifest(broken, context.tag("a"))
    if answer.status < 300:
        raise NotSupported("the registry takes anything for a manifest")
    if not 400 <= answer.status < 500:
        raise unexpected(answer, 400)


@check(
    "manifest-missing-blob",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-7: MANIFEST_BLOB_UNKNOWN",
    remedy="Let `configuration.validation.disabled` be false; after garbage collection, restart the Pod.",
    needs={Need.PUSH},
)
def manifest_missing_blob(context: Context) -> None:
    """An image whose layer is not there is refused.

    Else a push that lost a layer looks well until somebody pulls it.
    """
    answer = context.repository.put_manifest(context.image(), context.tag("a"))
    if answer.status == 201:
        raise NotSupported("the registry takes images whose layers are missing, which the specification allows")
    if not 400 <= answer.status < 500:
        raise unexpected(answer, 404)


@check(
    "tag-moved",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-7: a tag may be pushed again",
    remedy="Let no proxy cache manifests: see `ingress.annotations`. Some registries forbid it by a rule of their own.",
    needs={Need.PUSH},
)
def tag_moved(context: Context) -> None:
    """A tag that is pushed again leads to the new image, and the old one stays.

    So `latest` works, and so do deployments by digest.
    """
    tag, old, new = context.tag("a"), context.image("old"), context.image("new")
    context.repository.push(old, tag)
    context.repository.push(new, tag)
    same(expect(context.repository.manifest(tag), 200), new)
    same(expect(context.repository.manifest(old.digest), 200), old)


def _round_trip(context: Context, manifest: Manifest) -> None:
    tag = context.tag("a")
    answer = context.repository.push(manifest, tag)
    _check_digest(answer, manifest)
    for reference in (tag, manifest.digest):
        answer = expect(context.repository.manifest(reference), 200)
        same(answer, manifest)
        _check_headers(answer, manifest)
    context.repository.holds(manifest)


def _check_headers(answer: Answer, manifest: Manifest) -> None:
    said = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    if said != manifest.media_type:
        raise CheckFailed(f'{answer.method} of a manifest says that it is "{said}", not {manifest.media_type}')
    _check_digest(answer, manifest)


def _check_digest(answer: Answer, manifest: Manifest) -> None:
    said = answer.headers.get("Docker-Content-Digest", manifest.digest)
    if said != manifest.digest:
        raise CheckFailed(f"{answer.method} of a manifest says that its digest is {said}, not {manifest.digest}")
