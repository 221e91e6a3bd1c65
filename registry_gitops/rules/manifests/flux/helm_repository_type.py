"""The type of a HelmRepository, and the scheme of its URL."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem, is_decided_later
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched


def helm_repository_type(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """The type of a HelmRepository does not fit its URL.

    Why: the default type is for HTTP. With `oci://` and no `type: oci`, source-controller stalls with "'oci' URL scheme
    cannot be used with 'default' HelmRepository type"; with `type: oci` and https, with "invalid OCI registry URL".

    Source: https://github.com/fluxcd/source-controller/issues/669

    Bad: `url: oci://ghcr.io/stefanprodan/charts` alone   Good: the same with `type: oci`
    """
    url, kind = known_text(manifest, "spec", "url"), manifest.get("spec", "type")
    if is_decided_later(kind):
        return
    if (
        url.startswith("oci://")
        and kind in (None, "default")
        and not is_field_patched(manifest, repository, "spec", "type")
    ):
        yield Problem(("spec", "url"), "a HelmRepository with an oci:// URL needs type oci", "add type: oci")
    elif url.startswith(("http://", "https://")) and kind == "oci":
        yield Problem(
            ("spec", "type"),
            "a HelmRepository of type oci needs an oci:// URL",
            "remove the type, or write an oci:// URL",
        )
