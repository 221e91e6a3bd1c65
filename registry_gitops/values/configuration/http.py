"""How the registry listens and answers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from registry_gitops.masking import quote
from registry_gitops.model import ListOf, custom_error, error_at
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
    """Certificates from an ACME server, in place of files."""

    cache_file: FilePath | None = None
    """Folder that keeps the certificates; this key switches the section on. It must be writable. Default: none."""

    email: str | None = None
    """Address that the ACME server may write to. Default: none."""

    hosts: ListOf[NonEmpty] | None = None
    """Hosts that certificates are asked for. Default: any."""

    directory_url: URL | None = None
    """Directory of the ACME server. Default: that of Let's Encrypt."""


class Tls(Section):
    """TLS in the registry itself. In a cluster an Ingress usually does this; the chart's probes speak plain HTTP."""

    certificate: FilePath | None = None
    """File of the certificate, in PEM; this key switches TLS on. Default: none."""

    key: FilePath | None = None
    """File of the private key, in PEM. Default: none."""

    client_cas: ListOf[FilePath] | None = None
    """Files of the authorities that clients' certificates must come from. Default: none are asked for."""

    client_auth: (
        Literal[
            "request-client-cert",
            "require-any-client-cert",
            "verify-client-cert-if-given",
            "require-and-verify-client-cert",
        ]
        | None
    ) = None
    """What clients must show, where `clientcas` is set. Default: require-and-verify-client-cert."""

    minimum_tls: Literal["tls1.2", "tls1.3"] | None = None
    """Oldest version of TLS. Default: tls1.2."""

    cipher_suites: ListOf[_CipherSuite] | None = None
    """Cipher suites, with tls1.2. Default: those with forward secrecy and AEAD."""

    lets_encrypt: LetsEncrypt | None = None
    """Certificates from an ACME server, in place of files."""

    @model_validator(mode="after")
    def _one_source(self) -> Tls:
        if self.certificate and self.lets_encrypt and self.lets_encrypt.cache_file:
            message = "the registry stops when certificate is set too: keep one of them"
            raise error_at("Tls", [(("letsencrypt", "cachefile"), custom_error("two_certificates", message))])
        return self


def _free_path(path: str) -> str:
    if path == "/debug" or path.startswith("/debug/"):
        raise custom_error(
            "metrics_path", f"{quote(path)} is taken by the debug server: choose another, such as /metrics"
        )
    return path


class Prometheus(Section):
    """Metrics on the debug server."""

    enabled: bool | None = None
    """Whether metrics are counted, and served where `http.debug.addr` is set. Default: false."""

    path: Annotated[UrlPath, AfterValidator(_free_path)] | None = None
    """Path of the metrics. Default: /metrics."""


class Debug(Section):
    """The debug server. It shows http.secret and the password of redis to anybody who can reach it."""

    addr: ListenAddress | None = None
    """Where it listens; without this key there is none. Default: none."""

    prometheus: Prometheus | None = None
    """Metrics on the debug server."""


class Http2(Section):
    """HTTP/2 over TLS."""

    disabled: bool | None = None
    """Whether only HTTP/1.1 is spoken. Default: false."""


class H2c(Section):
    """HTTP/2 without TLS."""

    enabled: bool | None = None
    """Whether it is spoken, for a proxy that wants it. Default: false."""


class Http(Section):
    """How the registry listens and answers."""

    addr: ListenAddress | None = None
    """Where the registry listens. The chart's port and probes expect its own value. The chart's default: :5000."""

    host: URL | None = None
    """Address that clients know the registry by, with its scheme, for the URLs that it answers with. Default: that of
    the request."""

    prefix: UrlPath | None = None
    """Path in front of /v2/, for a registry that shares its host. Default: none."""

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
    """TLS in the registry itself. Default: none."""

    headers: Headers | None = None
    """Headers of every answer, beside those of the chart; [] removes one. The chart's default: X-Content-Type-Options:
    [nosniff]."""

    debug: Debug | None = None
    """The debug server. Default: none."""

    http2: Http2 | None = None
    """HTTP/2 over TLS. Default: spoken."""

    h2c: H2c | None = None
    """HTTP/2 without TLS. Default: not spoken."""

    instead: ClassVar[dict[str, str]] = {"net": "leave it out, a Pod behind a Service listens on tcp"}
