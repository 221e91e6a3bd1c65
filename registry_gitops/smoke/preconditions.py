"""Preconditions: what a check needs to mean anything. Without it, the check is skipped or not supported."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.smoke.context import Context, Run
from registry_gitops.smoke.diagnosis import expect_status, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported, Skipped
from registry_gitops.smoke.remedies import UNAUTHORIZED

LOG_IN: Final = (
    "Pushes need credentials: pass --username and set REGISTRY_GITOPS_PASSWORD, or run `docker login` first. "
    "--level read needs none."
)


class Precondition(StrEnum):
    """What a check needs, in the order in which it is ensured."""

    PUSH = "push"
    """A blob can be pushed. If not, the first check that needs it fails, and the others are skipped."""

    DELETE = "delete"
    """Deletion is on."""

    LOGIN = "login"
    """The registry requires authentication."""

    CREDENTIALS = "credentials"
    """The client has credentials."""

    TLS = "TLS"
    """The client uses TLS, without a proxy of the environment in between."""


def ensure_preconditions(context: Context, needs: frozenset[Precondition]) -> None:
    """Return if a check can run. Raises Skipped, NotSupported, or CheckFailed."""
    if context.run.unresponsive_since:
        raise Skipped(unresponsive(context.run))
    for precondition in Precondition:
        if precondition in needs:
            _ENSURE[precondition](context)


def unresponsive(run: Run) -> str:
    """Return why no check can run after the registry stopped responding."""
    return f"the registry no longer responds: see {run.unresponsive_since}"


def _ensure_push(context: Context) -> None:
    if context.expectations.push is False:
        raise Skipped(f"{context.expectations.source} promises that nothing can be pushed")
    if context.run.push_failed_in:
        raise Skipped(f"pushes fail: see {context.run.push_failed_in}")
    try:
        context.pushed_blob()
    except CheckFailed as failed:
        context.run.push_failed_in = context.check_id
        if context.client.authenticator.credentials is None and str(failed.remedy) == UNAUTHORIZED:
            raise CheckFailed(str(failed), LOG_IN) from None
        raise


def _ensure_delete(context: Context) -> None:
    response = context.deletion_response()
    if response.status in (400, 405):
        raise NotSupported("deletion is off: `deletion.enabled` turns it on")
    if response.status == 403:
        raise NotSupported("the user is not allowed to delete")
    expect_status(response, 202)


def _ensure_login(context: Context) -> None:
    status = context.challenge().status
    if status == 200:
        raise NotSupported("the registry requires no authentication: `auth.htpasswd.enabled` turns it on")
    if status != 401:
        raise status_failure(context.challenge(), 401)


def _ensure_credentials(context: Context) -> None:
    if context.client.authenticator.credentials is None:
        raise Skipped("no credentials were given: pass --username")


def _ensure_tls(context: Context) -> None:
    if urlsplit(context.client.url).scheme != "https":
        raise Skipped("the registry is used without TLS")
    if context.client.is_proxied:
        raise Skipped("a proxy of the environment hides the TLS of the registry")


_ENSURE: Final[dict[Precondition, Callable[[Context], None]]] = {
    Precondition.PUSH: _ensure_push,
    Precondition.DELETE: _ensure_delete,
    Precondition.LOGIN: _ensure_login,
    Precondition.CREDENTIALS: _ensure_credentials,
    Precondition.TLS: _ensure_tls,
}
