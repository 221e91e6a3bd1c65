"""HTTP settings of the registry."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from registry_gitops.masking import quote
from registry_gitops.model import ListOf, RuleErrors, custom_error, rule_error
from registry_gitops.values.configuration.named_files import NamesFile
from registry_gitops.values.configuration.scalars import (
    URL,
    FilePath,
    GoDuration,
    Headers,
    ListenAddress,
    NonEmpty,
    UrlPath,
)
from registry_gitops.values.configuration.secret import SecretField
from registry_gitops.values.configuration.section import Section

_CipherSuite = Literal[
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
]


class LetsEncrypt(Section):
    """Certificates from an ACME server, instead of files."""

    cache_file: FilePath | None = None
    """Directory of the certificates, which must be writable; this key enables the section. Default: none."""

    email: str | None = None
    """Contact address for the ACME server. Default: none."""

    hosts: ListOf[NonEmpty] | None = None
    """Host names for which the registry requests certificates. Default: any."""

    directory_url: URL | None = None
    """Directory of the ACME server. Default: that of Let's Encrypt."""


class Tls(Section):
    """TLS in the registry itself. The chart's `tls` sets this section and mounts the files."""

    certificate: Annotated[FilePath | None, NamesFile("tls.existingSecret")] = None
    """File of the certificate, in PEM; this key enables TLS. Default: none."""

    key: Annotated[FilePath | None, NamesFile("tls.existingSecret")] = None
    """File of the private key, in PEM. Default: none."""

    client_cas: Annotated[
        ListOf[FilePath] | None,
        NamesFile("tls.clientAuthentication.existingSecret"),
    ] = None
    """Files of the authorities of client certificates. Default: none, no client certificates."""

    client_auth: (
        Literal[
            "request-client-cert",
            "require-any-client-cert",
            "verify-client-cert-if-given",
            "require-and-verify-client-cert",
        ]
        | None
    ) = None
    """Which client certificates are required, with `clientcas`. Default: require-and-verify-client-cert."""

    minimum_tls: Literal["tls1.2", "tls1.3"] | None = None
    """Oldest version of TLS. Default: tls1.2."""

    cipher_suites: ListOf[_CipherSuite] | None = None
    """Cipher suites, with tls1.2. Default: those with forward secrecy and AEAD."""

    lets_encrypt: LetsEncrypt | None = None

    @property
    def is_enabled(self) -> bool:
        """Whether this section alone makes the registry serve HTTPS."""
        return bool(self.certificate or (self.lets_encrypt and self.lets_encrypt.cache_file))

    @property
    def requires_client_certificate(self) -> bool:
        """Whether a client without a certificate is refused in the TLS handshake."""
        mode = self.client_auth or "require-and-verify-client-cert"
        return self.is_enabled and bool(self.client_cas) and mode.startswith("require-")

    def _rule_errors(self) -> RuleErrors:
        if self.certificate and self.lets_encrypt and self.lets_encrypt.cache_file:
            message = "the registry stops when certificate is set too: keep one of them"
            yield rule_error("two_certificates", message, "letsencrypt", "cachefile")


def _free_path(path: str) -> str:
    if path == "/debug" or path.startswith("/debug/"):
        raise custom_error(
            "metrics_path", f"{quote(path)} is taken by the debug server: choose another, such as /metrics"
        )
    return path


class Prometheus(Section):
    """Metrics on the debug server."""

    enabled: bool | None = None
    """Whether metrics are collected, and served on `http.debug.addr` if that is set. Default: false."""

    path: Annotated[UrlPath, AfterValidator(_free_path)] | None = None
    """Path of the metrics. Default: /metrics."""


class Debug(Section):
    """The debug server. It shows http.secret and the password of redis to every client."""

    addr: ListenAddress | None = None
    """Address to listen on; without this key there is no debug server. Default: none."""

    prometheus: Prometheus | None = None


class Http2(Section):
    """HTTP/2 over TLS."""

    disabled: bool | None = None
    """Whether HTTP/2 is off. Default: false."""


class H2c(Section):
    """HTTP/2 without TLS."""

    enabled: bool | None = None
    """Whether HTTP/2 without TLS is on, for a proxy that needs it. Default: false."""


class RegistryHttp(Section):
    """HTTP settings of the registry."""

    addr: ListenAddress | None = None
    """Address to listen on. The chart's port and probes expect the default. The chart's default: :5000."""

    host: URL | None = None
    """Address of the registry, with its scheme, for the URLs in its responses. Default: that of the request."""

    prefix: UrlPath | None = None
    """Path before /v2/, for a registry that shares its host. Default: none."""

    secret: Annotated[NonEmpty | None, Field(repr=False), SecretField("REGISTRY_HTTP_SECRET")] = None
    """Key that signs the state of uploads, the same in all replicas. A secret: set `http.existingSecret` of the chart.
    Default: a random one, at each start."""

    relative_urls: bool | None = None
    """Whether Location headers leave out scheme and host. The chart's `http.relativeUrls` sets this too. The
    registry's default: false."""

    drain_timeout: GoDuration | None = None
    """Time that running requests have when the registry stops; the chart's `http.drainTimeout` sets this too. The
    registry's default: 0s, which cuts them."""

    tls: Tls | None = None

    headers: Headers | None = None
    """Headers of every response, besides those of the chart; [] removes one. The chart's default:
    X-Content-Type-Options: [nosniff]."""

    debug: Debug | None = None
    http2: Http2 | None = None
    h2c: H2c | None = None

    instead: ClassVar[dict[str, str]] = {"net": "leave it out, a Pod behind a Service listens on tcp"}
