"""Credentials of Git servers."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched


def git_credentials(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A GitRepository has no Secret, and its URL or provider needs one.

    Why: SSH has no anonymous access: source-controller fails with "invalid 'ssh' auth option: 'identity' is required".
    The provider github reads the keys of a GitHub App from the Secret, and stalls without one.

    Source: https://github.com/fluxcd/flux2-kustomize-helm-example/issues/56

    Bad: `url: ssh://git@github.com/org/fleet` alone   Good: the same with `secretRef: {name: fleet-ssh}`
    """
    if manifest.get("spec", "secretRef"):
        return
    needs_secret = list(_problems(manifest))
    if needs_secret and not is_field_patched(manifest, repository, "spec", "secretRef"):
        yield from needs_secret


def _problems(manifest: Manifest) -> Iterator[Problem]:
    if known_text(manifest, "spec", "url").startswith("ssh://"):
        yield Problem(
            ("spec", "url"), "Git over SSH needs a key", "name a Secret with identity and known_hosts in secretRef"
        )
    elif manifest.get("spec", "provider") == "github":
        yield Problem(
            ("spec", "provider"), "the provider github needs a GitHub App", "name a Secret with its keys in secretRef"
        )
