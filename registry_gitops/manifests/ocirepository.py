"""An artifact in an OCI registry that Flux fetches: what Flux recommends for charts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field

from registry_gitops.manifests.resource import Fault, LocalReference, Manifest, Resource, fault
from registry_gitops.manifests.scalars import (
    CloudProvider,
    MinutesText,
    NotBlank,
    OCIRepositoryURL,
    SemverRange,
    SignatureProvider,
)
from registry_gitops.model import DNSSubdomain, DurationText, ImageDigest, ImageTag, ListOf


class OCIReference(Manifest):
    """Which version to fetch: `digest` wins over `semver`, and `semver` over `tag`. Default in Flux: tag "latest"."""

    digest: ImageDigest | None = None
    """Digest of the artifact, such as sha256:…"""

    semver: SemverRange | None = None
    """Range of versions; the newest tag inside it is taken."""

    semver_filter: NotBlank | None = None
    """Regular expression (Go) that a tag must match before `semver` is looked at."""

    tag: ImageTag | None = None
    """Tag of the artifact."""

    def _faults(self) -> Iterator[Fault]:
        if self.semver_filter is not None and self.semver is None:
            remedy = 'set `semver` too ("*" for any version), or remove semverFilter'
            yield fault("needs_semver", f"semverFilter filters the tags of `semver`: {remedy}", "semverFilter")


class LayerSelector(Manifest):
    """Which layer of the artifact is taken, and how. Default in Flux: the first layer, extracted."""

    media_type: NotBlank | None = None
    """Media type of the layer; the first layer of this type is taken."""

    operation: Literal["extract", "copy"] | None = None
    """Unpack the layer, or keep the archive as it is. Default in Flux: extract."""

    @classmethod
    def helm_chart(cls) -> Self:
        """The layer of a Helm chart, as a HelmRelease wants it. Without it Flux cannot read the chart."""
        return cls(media_type="application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation="copy")


class OIDCIdentity(Manifest):
    """Who may have signed, in a keyless signature. Upstream: OIDCIdentityMatch."""

    issuer: NotBlank
    """Regular expression (Go) for the issuer of the identity."""

    subject: NotBlank
    """Regular expression (Go) for the identity, such as the URL of a workflow."""


class Verification(Manifest):
    """How the signature of the artifact is checked. Upstream: OCIRepositoryVerification."""

    provider: SignatureProvider = "cosign"
    """Tool that made the signature."""

    secret_ref: LocalReference | None = None
    """Secret with the public keys (cosign) or the trust policy and certificates (notation); None means keyless."""

    match_oidc_identity: Annotated[ListOf[OIDCIdentity] | None, Field(alias="matchOIDCIdentity")] = None
    """Identities of which one must have signed; for keyless cosign."""

    trusted_root_secret_ref: LocalReference | None = None
    """Secret with `trusted_root.json` of a Sigstore of your own."""

    def _faults(self) -> Iterator[Fault]:
        if self.provider == "notation" and self.secret_ref is None:
            yield fault("needs_secret", "notation cannot check without its trust policy: set `secretRef`")


class OCIRepositorySpec(Manifest):
    """Where the artifact is and how to get it. Upstream: source.toolkit.fluxcd.io/v1 OCIRepositorySpec."""

    interval: DurationText = "10m"
    """How often the registry is asked for a new version. Required by Flux, so always rendered."""

    url: OCIRepositoryURL
    """Repository of the artifact, oci://HOST/REPOSITORY, without tag."""

    ref: OCIReference | None = None
    """Version to fetch. Default in Flux: tag "latest"."""

    layer_selector: LayerSelector | None = None
    """Layer to take; a Helm chart needs `LayerSelector.helm_chart()`."""

    verify: Verification | None = None
    """How the signature is checked. Default in Flux: not at all."""

    provider: CloudProvider | None = None
    """Who issues the credentials. Default in Flux: generic."""

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
    """Files left out of the artifact, in the format of .gitignore. Default in Flux: its own list."""

    insecure: bool | None = None
    """Connect over HTTP without TLS. Default in Flux: false."""

    suspend: bool | None = None
    """Stop fetching. Default in Flux: false."""


class OCIRepository(Resource):
    """An artifact in an OCI registry. Upstream: source.toolkit.fluxcd.io/v1 OCIRepository."""

    api_version: Literal["source.toolkit.fluxcd.io/v1"] = "source.toolkit.fluxcd.io/v1"
    """API group and version."""

    kind: Literal["OCIRepository"] = "OCIRepository"
    """Kind of the object."""

    spec: OCIRepositorySpec
    """Where the artifact is and how to get it."""
