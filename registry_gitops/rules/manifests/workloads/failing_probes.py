"""The probes of a registry fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.masking import quote
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.pods import items
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, serving_registries

_PROBES: Final = {
    "livenessProbe": "is restarted again and again",
    "readinessProbe": "never gets traffic",
    "startupProbe": "is restarted again and again",
}


def find_failing_probes(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """A probe of the registry gets an error, however well the registry runs.

    Why: /v2/ returns 401 with a login, /healthz does not exist, and plain HTTP to a port with TLS returns 400. The
    rollout never ends, or the registry is restarted in a loop. `/` returns 200 without a login.

    Source: https://github.com/openshift/origin/pull/5892, https://github.com/gomods/athens/issues/1560

    Bad: `httpGet: {path: /v2/, port: 5000}` with auth.htpasswd   Good: `httpGet: {path: /, port: 5000}`
    """
    for registry in serving_registries(repository):
        for probe, consequence in _PROBES.items():
            value = registry.container.get(probe)
            request = value.get("httpGet") if isinstance(value, dict) else None
            if isinstance(request, dict) and _is_own_port(registry, request.get("port")):
                key, reason, remedy = _failure(registry, request)
                if reason:
                    message = f"{reason}, so the registry {consequence}"
                    yield registry.workload, Problem((*registry.path, probe, "httpGet", key), message, remedy)


def _failure(registry: PlainRegistry, request: dict[str, Any]) -> tuple[str, str, str]:
    """Return the key that is wrong, why the request fails, and what to write."""
    path = request.get("path", "/")
    settings = registry.settings
    if settings.get("http", "tls") is None and request.get("scheme") == "HTTPS":
        return "scheme", "the registry does not use TLS, and the probe does", "write scheme: HTTP"
    if isinstance(settings.get("http", "tls", "certificate"), str) and request.get("scheme", "HTTP") == "HTTP":
        return "scheme", "the registry uses TLS, and the probe plain HTTP", "write scheme: HTTPS"
    if settings.get("http", "prefix") is not None or not isinstance(path, str) or "$" in path:
        return "path", "", ""
    path = f"/{path.partition('?')[0].lstrip('/')}"
    if path not in ("/", "/v2") and not path.startswith("/v2/"):
        return "path", f"the registry returns 404 for {quote(path)}", "write path: /"
    if path.startswith("/v2") and registry.has_login and not request.get("httpHeaders"):
        return "path", f"{path} returns 401 without a login", "write path: /, which needs none"
    return "path", "", ""


def _is_own_port(registry: PlainRegistry, port: Any) -> bool:
    ports = items(registry.container.get("ports"))
    named = {str(entry.get("name")): entry.get("containerPort") for _, entry in ports}
    return registry.port is not None and str(named.get(str(port), port)) == str(registry.port)
