"""Promises of who can do what: logins, pulls, pushes, and deletions."""

from __future__ import annotations

from typing import Final

from registry_gitops.smoke.check import Check, check
from registry_gitops.smoke.checks.promises.promise import promise, upload_response
from registry_gitops.smoke.client import ClientAuthenticator, RegistryResponse, parse_challenges
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import ACCESS_REFUSED, parse_error_codes, request_line, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.images import ACCEPT_ALL, IMAGE, sha256_digest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.push_record import DELETION_REFUSED
from registry_gitops.smoke.remedies import ANOTHER, OPEN
from registry_gitops.smoke.remedy import Remedy
from registry_gitops.smoke.repository import READS, Upload

_HTPASSWD: Final = Remedy(
    "Set `auth.htpasswd.enabled` to true, and `auth.htpasswd.existingSecret` to a Secret with users.",
    sets={"auth.htpasswd.enabled": True},
    otherwise=OPEN,
)
_TOKEN: Final = Remedy(
    "Set `auth.token.enabled` to true, and `auth.token.realm` to the URL of the token server.",
    sets={"auth.token.enabled": True},
    otherwise=OPEN,
)
_NO_LOGIN: Final = Remedy(
    "Set `auth.htpasswd.enabled` and `auth.token.enabled` to false.",
    sets={"auth.htpasswd.enabled": False, "auth.token.enabled": False},
    otherwise=f"{ANOTHER} A proxy in front that wants a login of its own closes the registry too: see "
    "`ingress.annotations`.",
)
_PUSHES: Final = Remedy(
    "Set `proxy.enabled` and `configuration.storage.maintenance.readonly.enabled` to false.",
    sets={"proxy.enabled": False},
    otherwise="While garbage is collected (`garbageCollection.schedule`), pushes are refused: repeat the run later. "
    f"{ANOTHER} A proxy in front that refuses methods closes the registry too: see `ingress.annotations`.",
)
_READ_ONLY: Final = Remedy(
    "Set `configuration.storage.maintenance.readonly.enabled` to true.",
    sets={"configuration.storage.maintenance.readonly.enabled": True},
    otherwise=ANOTHER,
)
_CACHE: Final = Remedy(
    "Set `proxy.enabled` to true, and `proxy.remoteUrl` to the URL of the other registry.",
    sets={"proxy.enabled": True},
    otherwise=ANOTHER,
)
_DELETION: Final = Remedy(
    "Set `deletion.enabled` to true.",
    sets={"deletion.enabled": True},
    otherwise=f"{ANOTHER} A proxy in front that refuses DELETE turns deletion off too: see `ingress.annotations`.",
)
_NO_DELETION: Final = Remedy("Set `deletion.enabled` to false.", sets={"deletion.enabled": False}, otherwise=ANOTHER)


@check(
    "promised-login",
    level=Level.READ,
    spec="promise: `auth.htpasswd.enabled`, `auth.token.enabled`",
    remedy=_HTPASSWD,
)
def promised_login(context: Context) -> None:
    """Reads need credentials, or need none, as promised.

    A registry that was meant to be closed shows all images to everyone who reaches it.
    """
    login = promise(context, "login")
    if login and context.expectations.anonymous_pull:
        raise Skipped("anonymous pulls were promised: promised-anonymous-pull compares them")
    if not login:
        catalog = _ask_anonymously(context, "GET", "/v2/_catalog")
        _compare(context, [context.challenge(), catalog], is_closed=False)
        return
    missing = _missing(context)
    paths = [(method, f"{kind}/{missing}") for kind in ("manifests", "blobs") for method in ("GET", "HEAD")]
    paths += [("GET", "manifests/none"), ("HEAD", "manifests/none")]
    requests = [(method, context.repository.path(rest)) for method, rest in paths]
    requests += [("GET", context.repository.path("tags/list")), ("GET", "/v2/_catalog")]
    responses = [context.challenge(), *(_ask_anonymously(context, *request) for request in requests)]
    _compare(context, responses, is_closed=True)


@check(
    "promised-login-push",
    needs=(),
    spec="promise: `auth.htpasswd.enabled`, `auth.token.enabled`",
    remedy=_HTPASSWD,
)
def promised_login_push(context: Context) -> None:
    """Writes need credentials, or need none, as promised.

    A client that can push can replace the images that the cluster runs.
    """
    login = promise(context, "login")
    if not login:
        # An upload shows it all, and can be taken back.
        response = _ask_anonymously(context, "POST", context.repository.path("blobs/uploads/"))
        if response.status == 202:
            Upload.from_response(context.repository, response).cancel()
        _compare(context, [response], is_closed=False)
        return
    missing = _missing(context)
    upload = f"blobs/uploads/{context.run_id}"
    rests = [("POST", "blobs/uploads/"), ("POST", f"blobs/uploads/?mount={missing}&from={context.repository.name}")]
    rests += [("PATCH", upload), ("PUT", f"{upload}?digest={missing}"), ("GET", upload), ("DELETE", upload)]
    rests += [("DELETE", f"manifests/{missing}"), ("DELETE", "manifests/none"), ("DELETE", f"blobs/{missing}")]
    responses = [_ask_anonymously(context, method, context.repository.path(rest)) for method, rest in rests]
    # Not JSON, so that no registry stores it.
    responses.append(
        context.client.request(
            "PUT",
            context.repository.path("manifests/none"),
            b"{",
            {"Content-Type": IMAGE},
            authenticator=context.anonymous,
        )
    )
    for response in responses[:2]:
        if response.status == 202:
            Upload.from_response(context.repository, response).cancel()
    _compare(context, responses, is_closed=True)


def _ask_anonymously(context: Context, method: str, path: str) -> RegistryResponse:
    headers = {"Accept": ACCEPT_ALL} if "/manifests/" in path else None
    return context.client.request(method, path, None, headers, authenticator=context.anonymous)


def _compare(context: Context, responses: list[RegistryResponse], *, is_closed: bool) -> None:
    """Raise CheckFailed if a request without credentials was answered although the registry is closed, or refused."""
    different = [response for response in responses if (response.status in ACCESS_REFUSED) != is_closed]
    if not different:
        return
    shown = ", ".join(f"{request_line(response)} returned {response.status}" for response in different[:3])
    more = f", and {len(different) - 3} more" if len(different) > 3 else ""
    promised = "a login" if is_closed else "no login"
    message = f"{context.expectations.source} promises {promised}, but without credentials {shown}{more}"
    is_token = (context.expectations.challenge or {}).get("scheme") == "bearer"
    raise CheckFailed(message, _NO_LOGIN if not is_closed else _TOKEN if is_token else _HTPASSWD)


@check(
    "promised-anonymous-pull",
    spec="promise: pulls without credentials",
    remedy=Remedy(
        "Anonymous pulls next to a login need a token server that grants them (`auth.token.enabled`): the users of "
        "`auth.htpasswd.enabled` are needed for every request."
    ),
)
def promised_anonymous_pull(context: Context) -> None:
    """Images can be pulled without credentials, or not, as promised.

    Nodes without an image pull secret depend on it; private images must not be readable.
    """
    is_promised = promise(context, "anonymous_pull")
    image, tag = context.pushed_image()
    anybody = ClientAuthenticator(None, context.client.mask)
    for path in (f"manifests/{tag}", f"manifests/{image.digest}", f"blobs/{image.blobs[0].digest}"):
        for method in READS:
            headers = {"Accept": ACCEPT_ALL} if path.startswith("manifests/") else None
            response = context.client.request(
                method, context.repository.path(path), None, headers, authenticator=anybody
            )
            if response.status not in (200, *ACCESS_REFUSED):
                raise status_failure(response, 200)
            if (response.status == 200) != is_promised:
                promised = "anonymous pulls" if is_promised else "no anonymous pulls"
                raise CheckFailed(
                    f"{context.expectations.source} promises {promised}, but without credentials "
                    f"{request_line(response)} returned {response.status}",
                    _HTPASSWD if not is_promised else _NO_LOGIN if context.expectations.login is False else "",
                )


@check(
    "promised-challenge",
    level=Level.READ,
    spec="promise: `auth.htpasswd`, `auth.token`, and `configuration.auth.htpasswd.realm`",
    remedy=Remedy(ANOTHER, otherwise=ANOTHER),
)
def promised_challenge(context: Context) -> None:
    """The challenge has the scheme, the realm, and the service that were promised.

    Clients send the password to where the challenge says. Another one comes from another registry, or from a proxy.
    """
    expected = dict(promise(context, "challenge"))
    response = context.challenge()
    if response.status != 401:
        raise Skipped("there is no challenge: see promised-login")
    scheme = expected.pop("scheme")
    offers = parse_challenges(response.headers.get("WWW-Authenticate", ""))
    same = [offer for offer in offers if offer.scheme == scheme]
    if not same:
        found = ", ".join(offer.scheme for offer in offers) or "nothing"
        raise CheckFailed(f"the challenge offers {found}, but {context.expectations.source} promises {scheme}")
    for name, value in expected.items():
        found = same[0].parameters.get(name, "")
        if found != value:
            raise CheckFailed(
                f'the challenge has the {name} "{found}", but {context.expectations.source} promises "{value}"'
            )


@check(
    "promised-push",
    needs=(),
    spec="promise: `proxy.enabled`, `configuration.storage.maintenance.readonly.enabled`",
    remedy=_PUSHES,
)
def promised_push(context: Context) -> None:
    """Pushes are accepted or refused as promised.

    A registry that is read-only for a backup or for garbage collection loses images if it is not.
    """
    is_promised = promise(context, "push")
    response = upload_response(context)
    if is_promised:
        _expect_upload(context, response)
        return
    image = context.make_image()
    responses = [response, context.repository.put_manifest(image, image.digest)]
    responses += [
        context.repository.request("DELETE", f"{kind}/{_missing(context)}") for kind in ("manifests", "blobs")
    ]
    accepted = [each for each in responses if each.status not in (401, 403, 405)]
    if accepted:
        raise CheckFailed(
            f"{context.expectations.source} promises that nothing can be pushed, but {request_line(accepted[0])} "
            f"returned {accepted[0].status}, expected 405",
            _CACHE if context.expectations.cache else _READ_ONLY,
        )


def _expect_upload(context: Context, response: RegistryResponse) -> None:
    if response.status == 202:
        return
    if response.status in ACCESS_REFUSED:
        raise Skipped(f"the user is not allowed to push ({response.status})")
    if response.status != 405:
        raise status_failure(response, 202)
    kind = "a pull-through cache" if _is_refused_by_cache(response) else "read-only"
    raise CheckFailed(
        f"{context.expectations.source} promises that images can be pushed, but {request_line(response)} returned 405: "
        f"the registry seems to be {kind}"
    )


def _missing(context: Context) -> str:
    return sha256_digest(context.run_id.encode())


def _is_refused_by_cache(response: RegistryResponse) -> bool:
    """Return whether a 405 has an error of the API. Registry 3 sends none if it is read-only."""
    return "UNSUPPORTED" in parse_error_codes(response)


@check("promised-cache", needs=(), spec="promise: `proxy.enabled`", remedy=_CACHE)
def promised_cache(context: Context) -> None:
    """The registry is a pull-through cache, or is not, as promised.

    A registry that is no cache has none of the images that nodes pull through it.
    """
    is_promised = promise(context, "cache")
    response = upload_response(context)
    if response.status in ACCESS_REFUSED:
        raise Skipped(f"the user is not allowed to push ({response.status}), which a cache would refuse in another way")
    is_seen = response.status == 405 and _is_refused_by_cache(response)
    if is_seen == is_promised:
        return
    source, line = context.expectations.source, f"{request_line(response)} returned {response.status}"
    if is_promised:
        raise CheckFailed(f"{source} promises a pull-through cache, which refuses uploads as unsupported, but {line}")
    raise CheckFailed(
        f"{source} promises no pull-through cache, but {line}, as a cache does",
        Remedy("Set `proxy.enabled` to false.", sets={"proxy.enabled": False}, otherwise=ANOTHER),
    )


@check("promised-deletion", spec="promise: `deletion.enabled`", remedy=_DELETION)
def promised_deletion(context: Context) -> None:
    """Images can be deleted, or not, as promised.

    Where nothing can be deleted, the storage fills up; where something can, an image that runs can be lost.
    """
    is_promised = promise(context, "delete")
    response = context.deletion_response()
    if is_promised and response.status in ACCESS_REFUSED:
        raise Skipped(f"the user is not allowed to delete ({response.status})")
    blob = context.repository.request("DELETE", f"blobs/{_missing(context)}")
    for each in (response, blob):
        is_on = each.status not in DELETION_REFUSED
        if is_on == is_promised:
            continue
        promised = "can be deleted" if is_promised else "cannot be deleted"
        raise CheckFailed(
            f"{context.expectations.source} promises that images {promised}, but {request_line(each)} returned "
            f"{each.status}",
            _DELETION if is_promised else _NO_DELETION,
        )


CHECKS: tuple[Check, ...] = (
    promised_login,
    promised_login_push,
    promised_anonymous_pull,
    promised_challenge,
    promised_push,
    promised_cache,
    promised_deletion,
)
