"""URLs of sources that pass the schema, and that source-controller cannot use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds
from registry_gitops.rules.manifests.flux.known_text import known_text

_URL: Final = ("spec", "url")
_NO_PORT: Final = re.compile(r"[a-z]+://([^/@]*@)?[^/:@\[]+:(?![0-9]*(/|$)|[^/]*@)")


def source_url(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """The URL of a source has a part that source-controller does not accept there.

    Why: the schemas check the scheme only. A tag belongs to `ref` or to the version of the chart, an index file is
    appended by Flux, and after the colon of an SSH URL a port follows: the form `git@HOST:PATH` of Git is no URL.

    Source: https://github.com/fluxcd/flux2/issues/5015

    Bad: `url: ssh://git@github.com:org/fleet`   Good: `url: ssh://git@github.com/org/fleet`
    """
    url = known_text(manifest, *_URL)
    if url:
        yield from _CHECKS[manifest.group_kind](url)


def _git_url(url: str) -> Iterator[Problem]:
    if _NO_PORT.match(url):
        yield Problem(
            _URL,
            "a port follows the colon after a host, and this URL has a path there",
            "write a / in place of the colon",
        )


def _oci_url(url: str) -> Iterator[Problem]:
    _, _, path = url.removeprefix("oci://").partition("/")
    if not path.strip("/"):
        yield Problem(_URL, "the URL has a host and no repository", "write oci://HOST/REPOSITORY")
    else:
        yield from _pinned(path, "spec.ref")
    if path != path.lower():
        yield Problem(_URL, "the name of an OCI repository is in lower case", "write the path in lower case")


def _helm_url(url: str) -> Iterator[Problem]:
    if url.startswith("oci://"):
        yield from _pinned(url.removeprefix("oci://").partition("/")[2], "spec.chart.spec.version of the HelmRelease")
    elif url.endswith((".tgz", "/index.yaml")):
        yield Problem(
            _URL,
            "Flux appends /index.yaml to the URL of a HelmRepository, and finds nothing there",
            "write the URL of the directory that contains index.yaml",
        )


def _pinned(path: str, place: str) -> Iterator[Problem]:
    if ":" in path or "@" in path:
        yield Problem(_URL, "the URL of an OCI repository has no tag and no digest", f"move it to {place}")


_CHECKS: Final[dict[str, Callable[[str], Iterator[Problem]]]] = {
    kinds.GIT_REPOSITORY: _git_url,
    kinds.OCI_REPOSITORY: _oci_url,
    kinds.HELM_REPOSITORY: _helm_url,
}

KINDS_WITH_URL: Final = frozenset(_CHECKS)
