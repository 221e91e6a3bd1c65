"""The endpoints without content: `/v2/`, `/healthz` for monitoring, and `/` for load balancers."""

from __future__ import annotations

import json
from typing import Final

from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import ApiBaseTarget, HealthzTarget, RootTarget
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import Request, Response

_JSON: Final = [("Content-Type", "application/json")]


def ping(state: State, request: Request, target: ApiBaseTarget) -> Response:
    """Return 200 if the storage can be read. Spec: distribution-spec, "Determining Support" (end-1)."""
    problem = state.health.read_problem()
    if problem:
        raise RegistryError(Code.UNAVAILABLE, problem, headers={"Retry-After": "5"})
    return Response(200, _JSON, (b"{}",))


def get_healthz(state: State, request: Request, target: HealthzTarget) -> Response:
    """Return 200 if everything works, else 503 and the reason."""
    problem = state.health.read_or_write_problem()
    body = {"status": "failing", "reason": problem} if problem else {"status": "ok"}
    return Response(503 if problem else 200, [*_JSON, ("Cache-Control", "no-store")], [json.dumps(body).encode()])


def get_root(state: State, request: Request, target: RootTarget) -> Response:
    """Return an empty 200, as distribution does: load balancers check here whether the server listens."""
    return Response(200)
