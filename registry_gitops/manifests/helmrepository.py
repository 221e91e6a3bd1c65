"""A Helm repository that Flux fetches charts from: an HTTP index, or an OCI registry in the old style."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from registry_gitops.manifests.resource import Fault, LocalReference, Manifest, Resource, fault
from registry_gitops.manifests.scalars import CloudProvider, HelmRepositoryURL, MinutesText
from registry_gitops.masking import quote
from registry_gitops.model import DurationText


class HelmRepositoryOptions(Manifest):
    """How to get in, wherever the charts are."""

    timeout: MinutesText | None = None
    """Longest time for a fetch, without hours. Default in Flux: 60s."""

    secret_ref: LocalReference | None = None
    """Secret with `username` and `password`, or for type "oci" of type kubernetes.io/dockerconfigjson."""

    cert_secret_ref: LocalReference | None = None
    """Secret with `tls.crt` and `tls.key` of the client, `ca.crt` of the server, or both."""

    pass_credentials: bool | None = None
    """Send the credentials to other hosts too, if the index names them. Default in Flux: false."""

    provider: CloudProvider | None = None
    """Who issues the credentials; type "oci" only. Default in Flux: generic."""

    insecure: bool | None = None
    """Connect over HTTP without TLS; type "oci" only. Default in Flux: false."""

    suspend: bool | None = None
    """Stop fetching. Default in Flux: false."""


class _Address(Manifest):
    """Where the charts are. A base of its own, because these fields stand first in a HelmRepository."""

    type: Literal["default", "oci"] | None = None
    """Kind of repository: "default" has an index over HTTP, "oci" is a registry. Default in Flux: default."""

    interval: DurationText | None = None
    """How often the index is fetched anew; unused with type "oci". Default in Flux: 1m."""

    url: HelmRepositoryURL
    """Address of the repository: http://, https://, or with type "oci" oci://."""


class HelmRepositorySpec(HelmRepositoryOptions, _Address):
    """Where the charts are and how to get in. Upstream: source.toolkit.fluxcd.io/v1 HelmRepositorySpec."""

    def _faults(self) -> Iterator[Fault]:
        is_oci = self.url.startswith("oci://")
        if self.type == "oci" and not is_oci:
            yield fault("url", f'{quote(self.url)} does not fit type "oci": write oci://HOST/PATH', "url")
        if self.type != "oci" and is_oci:
            yield fault("url", f"{quote(self.url)} is an OCI registry: set `type: oci` too", "url")
        for key, value in (("provider", self.provider), ("insecure", self.insecure)):
            if value is not None and self.type != "oci":
                yield fault("oci_only", f'{key} works with type "oci" only: remove it, or set `type: oci`', key)


class HelmRepository(Resource):
    """A Helm repository. Upstream: source.toolkit.fluxcd.io/v1 HelmRepository."""

    api_version: Literal["source.toolkit.fluxcd.io/v1"] = "source.toolkit.fluxcd.io/v1"
    """API group and version."""

    kind: Literal["HelmRepository"] = "HelmRepository"
    """Kind of the object."""

    spec: HelmRepositorySpec
    """Where the charts are and how to get in."""
