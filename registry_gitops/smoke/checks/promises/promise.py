"""What was promised, or why a promise cannot be compared."""

from __future__ import annotations

from typing import Any, Final

from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.exceptions import Skipped
from registry_gitops.smoke.repository import Upload

NOTHING_PROMISED: Final = "nothing was promised: pass a config file, or --expect"


def promise(context: Context, name: str) -> Any:
    """Return a promise by its name in `Expectations`. Raises Skipped if it is not known."""
    expectations = context.expectations
    if not expectations.source:
        raise Skipped(NOTHING_PROMISED)
    value = getattr(expectations, name)
    if value is None:
        reason = expectations.unknown.get(name)
        raise Skipped(f"not compared: {reason}" if reason else f"{expectations.source} promises nothing of it")
    return value


def upload_response(context: Context) -> RegistryResponse:
    """Return the response to the start of an upload, which is canceled. All promises share one."""
    return context.run.once("promised upload", lambda: _start_upload(context))


def _start_upload(context: Context) -> RegistryResponse:
    response = context.repository.request("POST", "blobs/uploads/")
    if response.status == 202 and response.location:
        Upload.from_response(context.repository, response).cancel()
    return response
