"""An artifact in an OCI registry, from which Flux fetches it: what Flux recommends for charts."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from registry_gitops.manifests.helmrelease_chart import ChartVerification
from registry_gitops.manifests.resource import LocalReference, ManifestModel, Resource
from registry_gitops.manifests.scalars import CloudProvider, MinutesText
from registry_gitops.model import (
    DNSSubdomain,
    DurationText,
    ImageDigest,
    ImageTag,
    ListOf,
    NotBlank,
    OCIRepositoryURL,
    RuleErrors,
    SemverRange,
    rule_error,
)


class OCIReference(ManifestModel):
    """Version to fetch: `digest` overrides `semver`, and `semver` overrides `tag`. Default in Flux: tag "latest"."""

    digest: ImageDigest | None = None
    """Digest of the artifact, such as sha256:…"""

    semver: SemverRange | None = None
    """Range of versions; Flux fetches the newest tag in it."""

    semver_filter: NotBlank | None = None
    """Regular expression (Go) that a tag must match to count for `semver`."""

    tag: ImageTag | None = None
    """Tag of the artifact."""

    def _rule_errors(self) -> RuleErrors:
        if self.semver_filter is not None and self.semver is None:
            remedy = 'set `semver` too ("*" for any version), or remove semverFilter'
            yield rule_error("needs_semver", f"semverFilter filters the tags of `semver`: {remedy}", "semverFilter")


class LayerSelector(ManifestModel):
    """Layer of the artifact to use, and how. Default in Flux: the first layer, extracted."""

    media_type: NotBlank | None = None
    """Media type of the layer; Flux uses the first layer of this type."""

    operation: Literal["extract", "copy"] | None = None
    """Extract the layer, or keep the archive as it is. Default in Flux: extract."""

    @classmethod
    def helm_chart(cls) -> Self:
        """Return the selector of a chart's layer, as a HelmRelease needs it. Without it, Flux cannot read the chart."""
        return cls(media_type="application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation="copy")


class OIDCIdentity(ManifestModel):
    """An identity that is trusted to sign without a key. Upstream: OIDCIdentityMatch."""

    issuer: NotBlank
    """Regular expression (Go) for the issuer of the identity."""

    subject: NotBlank
    """Regular expression (Go) for the identity, such as the URL of a workflow."""


class Verification(ChartVerification):
    """How Flux verifies the signature of the artifact. Upstream: OCIRepositoryVerification."""

    match_oidc_identity: Annotated[ListOf[OIDCIdentity] | None, Field(alias="matchOIDCIdentity")] = None
    """Trusted identities, one of which must have signed; for keyless cosign."""

    trusted_root_secret_ref: LocalReference | None = None
    """Secret with `trusted_root.json` of a Sigstore of your own."""


class OCIRepositorySpec(ManifestModel):
    """Address and version of the artifact, and options for the requests.

    Upstream: source.toolkit.fluxcd.io/v1 OCIRepositorySpec.
    """

    interval: DurationText = "10m"
    """How often Flux asks the registry for a new version. Required by Flux, so always rendered."""

    url: OCIRepositoryURL
    """Repository of the artifact, oci://HOST/REPOSITORY, without tag."""

    ref: OCIReference | None = None
    """Version to fetch. Default in Flux: tag "latest"."""

    layer_selector: LayerSelector | None = None
    """Layer to use; a Helm chart needs `LayerSelector.helm_chart()`."""

    verify: Verification | None = None
    """How Flux verifies the signature. Default in Flux: not at all."""

    provider: CloudProvider | None = None
    """Issuer of the credentials. Default in Flux: generic."""

    secret_ref: LocalReference | None = None
    """Secret of type kubernetes.io/dockerconfigjson with the credentials."""

    service_account_name: DNSSubdomain | None = None
    """ServiceAccount whose pull secrets (or cloud identity) are used."""

    cert_secret_ref: LocalReference | None = None
    """Secret with `tls.crt` and `tls.key` of the client, `ca.crt` of the server, or both."""

    proxy_secret_ref: LocalReference | None = None
    """Secret with the `address`, and if needed `username` and `password`, of a proxy."""

    timeout: MinutesText | None = None
    """Longest time for a fetch, without hours. Default in Flux: 60s."""

    ignore: str | None = None
    """Files to leave out of the artifact, in the format of .gitignore. Default in Flux: its own list."""

    insecure: bool | None = None
    """Connect over HTTP without TLS. Default in Flux: false."""

    suspend: bool | None = None
    """Stop fetching. Default in Flux: false."""


class OCIRepository(Resource):
    """An artifact in an OCI registry. Upstream: source.toolkit.fluxcd.io/v1 OCIRepository."""

    api_version: Literal["source.toolkit.fluxcd.io/v1"] = "source.toolkit.fluxcd.io/v1"
    kind: Literal["OCIRepository"] = "OCIRepository"
    spec: OCIRepositorySpec
