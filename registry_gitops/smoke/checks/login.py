"""Who may do what: the challenge, right and wrong credentials, and strangers."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from registry_gitops.smoke.challenge import parse
from registry_gitops.smoke.check import MUST, CheckFailed, Level, Need, NotSupported, check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect, unexpected
from registry_gitops.smoke.login import Login
from registry_gitops.smoke.repository import Upload
from registry_gitops.smoke.secrets import Credentials


@check(
    "login-challenge",
    Level.READ,
    MUST,
    spec="distribution-spec, Authentication; RFC 9110, WWW-Authenticate",
    remedy="Let the registry itself ask for the login (`auth.htpasswd.enabled`), not a page in front of it "
    "(`ingress.annotations`).",
    needs={Need.LOGIN},
)
def login_challenge(context: Context) -> None:
    """A request without credentials gets a challenge.

    Docker sends no password before it is asked for one at /v2/, in a way that it understands.
    """
    answer = context.challenge()
    offers = parse(answer.headers.get("WWW-Authenticate", ""))
    if not offers:
        raise CheckFailed("the 401 has no header WWW-Authenticate that can be read, so clients cannot log in")
    known = [offer for offer in offers if offer.scheme in ("basic", "bearer")]
    if not known:
        raise CheckFailed(f"the 401 offers {offers[0].scheme}; clients know basic and bearer")
    lacking = [offer.scheme for offer in known if "realm" not in offer.parameters]
    if lacking:
        raise CheckFailed(f"the 401 offers {lacking[0]} without a realm")


@check(
    "login-valid",
    Level.READ,
    MUST,
    spec="distribution-spec, Authentication",
    remedy="Check the rights of the user. With replicas, all of them must have the same users: "
    "`auth.htpasswd.existingSecret`.",
    needs={Need.LOGIN, Need.CREDENTIALS},
)
def login_valid(context: Context) -> None:
    """The credentials are accepted, time after time.

    One that is accepted at /v2/ only, or by one replica only, fails in the midst of a pull.
    """
    for _ in range(3):
        with context.client.again() as fresh:
            expect(fresh.ask("GET", "/v2/"), 200)
            answer = fresh.ask("GET", context.repository.path("tags/list"))
            if answer.status in (401, 403):
                raise unexpected(answer, 200, 404)


@check(
    "login-invalid",
    Level.READ,
    MUST,
    spec="distribution-spec, Authentication",
    remedy="Let the registry check passwords: `auth.htpasswd.enabled` with `auth.htpasswd.existingSecret`.",
    needs={Need.LOGIN},
)
def login_invalid(context: Context) -> None:
    """A wrong password and an unknown user are refused.

    Else the login is for show.
    """
    stranger = Credentials(f"nobody-{context.run_id}", "wrong")
    known = context.client.login.credentials
    tries = [stranger] if known is None else [Credentials(known.user, f"wrong-{context.run_id}"), stranger]
    for credentials in tries:
        who = Login(credentials, context.client.mask)
        answer = context.client.ask("GET", "/v2/", login=who)
        if answer.status == 200:
            raise CheckFailed(f'a wrong password of "{credentials.user}" is accepted')
        if answer.status not in (401, 403):
            raise unexpected(answer, 401)


@check(
    "login-push",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, Authentication",
    remedy="Set `auth.htpasswd.enabled` and `auth.htpasswd.existingSecret`: without, everybody who reaches the "
    "registry may replace its images.",
)
def login_push(context: Context) -> None:
    """Nobody may push without a login.

    Who can push can replace the images that the cluster runs.
    """
    if context.challenge().status == 200 and context.client.login.credentials is None:
        raise NotSupported("everybody may push: `auth.htpasswd.enabled` makes the registry ask for a login")
    answer = context.client.ask("POST", context.repository.path("blobs/uploads/"), login=context.nobody)
    if answer.status == 202:
        Upload.of(context.repository, answer).cancel()
        raise CheckFailed("an upload can be begun without a login")
    if answer.status == 405:
        raise NotSupported("the registry takes no pushes from anybody")
    if answer.status not in (401, 403):
        raise unexpected(answer, 401, 403)


@check(
    "login-encrypted",
    Level.READ,
    MUST,
    spec="pitfall: login without TLS; RFC 7617, Security Considerations",
    remedy="Set `ingress.tls`, with a certificate in `ingress.existingSecret`, and use https.",
    needs={Need.LOGIN},
)
def login_encrypted(context: Context) -> None:
    """Passwords do not travel in the clear.

    Basic sends the password with every request, readable for all who are on the way.
    """
    parts = urlsplit(context.client.url)
    if parts.scheme == "http" and not _loopback(parts.hostname or ""):
        raise CheckFailed(f"the registry asks for a password at {context.client.url}, without TLS")
    for offer in parse(context.challenge().headers.get("WWW-Authenticate", "")):
        realm = urlsplit(offer.parameters.get("realm", ""))
        if offer.scheme == "bearer" and parts.scheme == "https" and realm.scheme == "http":
            raise CheckFailed(
                f"the token server is named as http://{realm.hostname}, without TLS",
                "Let `configuration.auth.token.realm` be an https URL.",
            )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
