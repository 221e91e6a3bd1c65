"""TLS in the registry itself, by a certificate from a Secret."""

from __future__ import annotations

from typing import Literal

from registry_gitops.model import DataKey, Model, OptionalName, default_section

ClientCertificateMode = Literal["require-and-verify-client-cert", "verify-client-cert-if-given"]


class ClientAuthentication(Model):
    """Certificates of clients, signed by an authority of yours.

    If clients must have one, so must the kubelet, which has none: the readiness probe then only opens a TCP connection,
    and `helm test` too.
    """

    existing_secret: OptionalName = ""
    """Secret with the authorities of client certificates; "" asks clients for none. Upstream: http.tls.clientcas."""

    key: DataKey = "ca.crt"
    """Key of `existingSecret` whose value is the authorities, in PEM."""

    mode: ClientCertificateMode = "require-and-verify-client-cert"
    """Whether a client without a certificate is refused. Upstream: http.tls.clientauth."""


class PodTls(Model):
    """TLS in the registry itself, on the same port. An Ingress with TLS does not need it.

    The registry reads the certificate at its start only: restart its Pods when the certificate is renewed.
    """

    enabled: bool = False
    """Whether the registry serves HTTPS instead of HTTP: for clients, probes, and an Ingress."""

    existing_secret: OptionalName = ""
    """Secret, type kubernetes.io/tls, with the certificate; cert-manager can create it. It must have the names that
    clients use, such as that of the Service, `<name>.<namespace>.svc`."""

    minimum_version: Literal["tls1.2", "tls1.3"] = "tls1.2"
    """Oldest version of TLS that clients can use. Upstream: http.tls.minimumtls."""

    client_authentication: ClientAuthentication = default_section(ClientAuthentication)
