"""Checks of authentication: the challenge, valid and invalid credentials, and anonymous requests."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from registry_gitops.smoke.check import check
from registry_gitops.smoke.checks.doors import DOORS
from registry_gitops.smoke.client import ClientAuthenticator, Credentials, parse_challenges
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import ACCESS_REFUSED, expect_status, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import sha256_digest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import Precondition
from registry_gitops.smoke.remedies import OPEN
from registry_gitops.smoke.remedy import Remedy
from registry_gitops.smoke.repository import Upload


@check(
    "login-challenge",
    level=Level.READ,
    needs={Precondition.LOGIN},
    spec="distribution-spec, Authentication; RFC 9110, WWW-Authenticate",
    remedy="Let the registry itself authenticate clients (`auth.htpasswd.enabled`), not a page in front of it "
    "(`ingress.annotations`).",
)
def login_challenge(context: Context) -> None:
    """A request without credentials gets a challenge.

    Docker sends no password until /v2/ returns a challenge whose scheme it knows.
    """
    response = context.challenge()
    offers = parse_challenges(response.headers.get("WWW-Authenticate", ""))
    if not offers:
        raise CheckFailed("the 401 has no valid header WWW-Authenticate, so clients cannot log in")
    known = [offer for offer in offers if offer.scheme in ("basic", "bearer")]
    if not known:
        raise CheckFailed(f"the 401 offers {offers[0].scheme}, expected basic or bearer")
    incomplete = [offer.scheme for offer in known if "realm" not in offer.parameters]
    if incomplete:
        raise CheckFailed(f"the 401 offers {incomplete[0]} without a realm")


@check(
    "login-valid",
    level=Level.READ,
    needs={Precondition.LOGIN, Precondition.CREDENTIALS},
    spec="distribution-spec, Authentication",
    remedy="Check the permissions of the user. With replicas, all of them must have the same users: "
    "`auth.htpasswd.existingSecret`.",
)
def login_valid(context: Context) -> None:
    """The credentials are accepted on every new connection.

    Credentials that only /v2/ or only one replica accepts fail in the middle of a pull.
    """
    for _ in range(3):
        with context.client.with_new_connections() as fresh:
            expect_status(fresh.request("GET", "/v2/"), 200)
            response = fresh.request("GET", context.repository.path("tags/list"))
            if response.status in ACCESS_REFUSED:
                raise status_failure(response, 200, 404)


@check(
    "login-invalid",
    level=Level.READ,
    needs={Precondition.LOGIN},
    spec="distribution-spec, Authentication",
    remedy=Remedy(
        "Let the registry check passwords: set `auth.htpasswd.enabled` to true, and `auth.htpasswd.existingSecret`.",
        sets={"auth.htpasswd.enabled": True},
        otherwise=OPEN,
    ),
)
def login_invalid(context: Context) -> None:
    """A wrong password and an unknown user are refused.

    Otherwise, authentication protects nothing.
    """
    unknown = Credentials(f"nobody-{context.run_id}", "wrong")
    known = context.client.authenticator.credentials
    attempts = [unknown] if known is None else [Credentials(known.user, f"wrong-{context.run_id}"), unknown]
    for credentials in attempts:
        authenticator = ClientAuthenticator(credentials, context.client.mask)
        response = context.client.request("GET", "/v2/", authenticator=authenticator)
        if response.status == 200:
            raise CheckFailed(f'a wrong password of "{credentials.user}" is accepted')
        if response.status not in ACCESS_REFUSED:
            raise status_failure(response, 401)
    authenticator = ClientAuthenticator(attempts[0], context.client.mask)
    for kind in (f"manifests/none-{context.run_id}", f"blobs/{sha256_digest(context.run_id.encode())}"):
        path = context.repository.path(kind)
        if context.client.request("GET", path, authenticator=context.anonymous).status not in ACCESS_REFUSED:
            continue  # It needs no login.
        if context.client.request("GET", path, authenticator=authenticator).status not in ACCESS_REFUSED:
            raise CheckFailed(f'a wrong password of "{attempts[0].user}" is accepted for {path}')


@check(
    "login-push",
    needs=(),
    spec="distribution-spec, Authentication",
    remedy=Remedy(
        "Set `auth.htpasswd.enabled` to true, and `auth.htpasswd.existingSecret` to a Secret with users: "
        f"without them, everyone who reaches the registry can replace its images. {DOORS}",
        sets={"auth.htpasswd.enabled": True},
        otherwise=OPEN,
    ),
)
def login_push(context: Context) -> None:
    """A push requires credentials.

    A client that can push can replace the images that the cluster runs.
    """
    if context.challenge().status == 200 and context.client.authenticator.credentials is None:
        raise NotSupported("the registry requires no authentication: `auth.htpasswd.enabled` turns it on")
    response = context.client.request(
        "POST", context.repository.path("blobs/uploads/"), authenticator=context.anonymous
    )
    if response.status == 202:
        Upload.from_response(context.repository, response).cancel()
        raise CheckFailed("an upload can be started without credentials")
    if response.status == 405:
        raise NotSupported("the registry accepts no pushes")
    if response.status not in ACCESS_REFUSED:
        raise status_failure(response, 401, 403)


@check(
    "login-encrypted",
    level=Level.READ,
    needs={Precondition.LOGIN},
    spec="pitfall: authentication without TLS; RFC 7617, Security Considerations",
    remedy=Remedy(
        "Set `ingress.tls` to true, with a certificate in `ingress.existingSecret`, and use https.",
        sets={"ingress.tls": True},
        otherwise="Use the https URL. With ingress-nginx, the annotation "
        "nginx.ingress.kubernetes.io/force-ssl-redirect sends other clients there.",
    ),
)
def login_encrypted(context: Context) -> None:
    """Passwords are sent over TLS only.

    Basic sends the password with every request, readable by everyone on the network path.
    """
    parts = urlsplit(context.client.url)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise CheckFailed(f"the registry requires a password at {context.client.url}, without TLS")
    for offer in parse_challenges(context.challenge().headers.get("WWW-Authenticate", "")):
        realm = urlsplit(offer.parameters.get("realm", ""))
        if offer.scheme == "bearer" and parts.scheme == "https" and realm.scheme == "http":
            raise CheckFailed(
                f"the challenge names the token server http://{realm.hostname}, without TLS",
                Remedy(
                    "Set `configuration.auth.token.realm` to an https URL.",
                    sets={"configuration.auth.token.realm": lambda realm: str(realm).startswith("https://")},
                ),
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


CHECKS = (
    login_challenge,
    login_valid,
    login_invalid,
    login_encrypted,
    login_push,
)
