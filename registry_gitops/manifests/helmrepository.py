"""A Helm repository that Flux fetches charts from: an HTTP index, or an OCI registry in the old style."""

from __future__ import annotations

from typing import Literal

from registry_gitops.manifests.resource import LocalReference, ManifestModel, Resource
from registry_gitops.manifests.scalars import CloudProvider, MinutesText
from registry_gitops.masking import quote
from registry_gitops.model import DurationText, HelmRepositoryURL, RuleErrors, rule_error


class HelmRepositoryOptions(ManifestModel):
    """Credentials, TLS, and other options for the requests to a Helm repository."""

    timeout: MinutesText | None = None
    """Longest time for a fetch, without hours. Default in Flux: 60s."""

    secret_ref: LocalReference | None = None
    """Secret with `username` and `password`, or for type "oci" of type kubernetes.io/dockerconfigjson."""

    cert_secret_ref: LocalReference | None = None
    """Secret with `tls.crt` and `tls.key` of the client, `ca.crt` of the server, or both."""

    pass_credentials: bool | None = None
    """Send the credentials to other hosts too, if the index names them. Default in Flux: false."""

    provider: CloudProvider | None = None
    """Issuer of the credentials; type "oci" only. Default in Flux: generic."""

    insecure: bool | None = None
    """Connect over HTTP without TLS; type "oci" only. Default in Flux: false."""

    suspend: bool | None = None
    """Stop fetching. Default in Flux: false."""


class _Address(ManifestModel):
    """Address of the charts. A base class of its own, because these fields come first in a HelmRepository."""

    type: Literal["default", "oci"] | None = None
    """Kind of repository: "default" has an index over HTTP, "oci" is a registry. Default in Flux: default."""

    interval: DurationText | None = None
    """How often Flux fetches the index; unused with type "oci". Default in Flux: 1m."""

    url: HelmRepositoryURL
    """Address of the repository: http://, https://, or with type "oci" oci://."""


class HelmRepositorySpec(HelmRepositoryOptions, _Address):
    """Address of the charts, and options for the requests. Upstream: source.toolkit.fluxcd.io/v1 HelmRepositorySpec."""

    def _rule_errors(self) -> RuleErrors:
        is_oci = self.url.startswith("oci://")
        if self.type == "oci" and not is_oci:
            yield rule_error("url", f'{quote(self.url)} does not fit type "oci": write oci://HOST/PATH', "url")
        if self.type != "oci" and is_oci:
            yield rule_error("url", f"{quote(self.url)} is an OCI registry: set `type: oci` too", "url")
        for key, value in (("provider", self.provider), ("insecure", self.insecure)):
            if value is not None and self.type != "oci":
                yield rule_error("oci_only", f'{key} works with type "oci" only: remove it, or set `type: oci`', key)


class HelmRepository(Resource):
    """A Helm repository. Upstream: source.toolkit.fluxcd.io/v1 HelmRepository."""

    api_version: Literal["source.toolkit.fluxcd.io/v1"] = "source.toolkit.fluxcd.io/v1"
    kind: Literal["HelmRepository"] = "HelmRepository"
    spec: HelmRepositorySpec
