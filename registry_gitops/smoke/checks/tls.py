"""Checks of TLS: its version, and the certificate.

They make handshakes of their own, so they also work if the client accepts any certificate.
"""

from __future__ import annotations

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from typing import Final

from registry_gitops.smoke.check import check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.handshakes import HandshakeError, handshake, trust_shown_certificate, unverified_context
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import Precondition

MIN_VALIDITY: Final = timedelta(days=14)
"""cert-manager renews a certificate a month before it expires."""
_EXPIRED: Final = 10
_WRONG_NAME: Final = (62, 64)


@check(
    "tls-version",
    level=Level.READ,
    needs={Precondition.TLS},
    spec="RFC 8996: TLS 1.0 and 1.1 must not be used",
    remedy="Let the Ingress controller use TLS 1.2 and 1.3 only (ingress-nginx: ssl-protocols in its ConfigMap). With "
    "`tls.enabled`, the registry itself accepts no older versions.",
)
def tls_version(context: Context) -> None:
    """Versions older than TLS 1.2 are refused.

    An attacker on the network path can break older versions.
    """
    tls = unverified_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    tls.set_ciphers("ALL:@SECLEVEL=0")
    try:
        version = handshake(context, tls)[0]
    except HandshakeError:
        return
    raise CheckFailed(f"the registry accepts {version}")


@check(
    "tls-name",
    level=Level.READ,
    needs={Precondition.TLS},
    spec="RFC 9525: service identity in TLS",
    remedy="Have the certificate in `ingress.existingSecret` issued for `ingress.hostname`, and use that name.",
)
def tls_name(context: Context) -> None:
    """The certificate is valid for the name that clients use.

    Docker, containerd, and the kubelet refuse a certificate for another name.
    """
    if not context.client.settings.check_hostname:
        raise Skipped("the registry is reached through a port-forward, which its certificate does not name")
    try:
        handshake(context, trust_shown_certificate(context, check_name=True))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _WRONG_NAME:
            raise CheckFailed(f"the certificate is for another name: {error.verify_message}") from None


@check(
    "tls-expiry",
    level=Level.READ,
    needs={Precondition.TLS},
    spec="RFC 5280, Validity",
    remedy="Renew the certificate in `ingress.existingSecret`; cert-manager does so automatically (an annotation in "
    "`ingress.annotations`).",
)
def tls_expiry(context: Context) -> None:
    """The certificate is valid for at least 14 more days.

    After it expires, no image can be pulled, and no Pod starts on a new node.
    """
    try:
        until = handshake(context, trust_shown_certificate(context, check_name=False))[1]
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            raise CheckFailed("the certificate has expired") from None
        raise CheckFailed(f"the certificate cannot be used: {error.verify_message}") from None
    if until and until - datetime.now(UTC) < MIN_VALIDITY:
        raise CheckFailed(f"the certificate expires on {until:%Y-%m-%d}, in less than {MIN_VALIDITY.days} days")


CHECKS = (
    tls_version,
    tls_name,
    tls_expiry,
)
