"""What was given -> the target: a URL, or a Service to reach by port-forward, and the credentials of its deployment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from registry_gitops.errors import InputError
from registry_gitops.substitution import by_default, is_left_to_flux

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment


@dataclass(frozen=True)
class PortForwardTarget:
    """A Service, or another object of a cluster that `kubectl port-forward` accepts."""

    namespace: str
    name: str = "svc/docker-registry"
    """Kind and name, as `kubectl port-forward` takes them."""
    port: int | str = "http"
    """Number or name of the port."""
    context: str | None = None
    """kubeconfig context. None: the current one."""
    prefix: str = ""
    """Path in front of /v2/, for example /images."""
    scheme: Literal["http", "https"] | None = None
    """None: what the registry requires."""
    kubeconfig: Path | None = None
    """kubeconfig file. None: that of kubectl."""

    def __str__(self) -> str:
        """Return it as people name it, for example: svc/docker-registry in namespace images."""
        return f"{self.name} in namespace {self.namespace}{f' of context {self.context}' if self.context else ''}"


@dataclass(frozen=True)
class Target:
    """The endpoint of a registry, and the credentials that its deployment has in the clear, if any."""

    endpoint: str | PortForwardTarget
    """A URL, or the way into a cluster."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def resolve_target(
    url: str | None = None,
    *,
    namespace: str | None = None,
    service: str | None = None,
    context: str | None = None,
    kubeconfig: Path | None = None,
    deployment: RegistryDeployment | None = None,
) -> Target:
    """Return where the registry is: `url` if given, else a Service in `namespace`, else what `deployment` says.

    `service` (default: docker-registry, or that of `deployment`), `context` (default: the current one), and
    `kubeconfig` (default: kubectl's) are those of a cluster: with one of them, a `deployment` with an Ingress is
    reached by port-forward too. Raises InputError if nothing is given.
    """
    if deployment is not None:
        is_in_cluster = bool(namespace or service or context or kubeconfig)
        target = _target_of(deployment, url, namespace, service, is_in_cluster=is_in_cluster)
    elif url:
        return Target(url)
    elif namespace:
        target = Target(PortForwardTarget(namespace, f"svc/{service or 'docker-registry'}"))
    else:
        raise InputError.single("no registry given: pass a URL, a namespace, or a deployment")
    if isinstance(target.endpoint, str):
        return target
    return replace(target, endpoint=replace(target.endpoint, context=context, kubeconfig=kubeconfig))


def _target_of(
    deployment: RegistryDeployment, url: str | None, namespace: str | None, service: str | None, *, is_in_cluster: bool
) -> Target:
    # Imported here: the models take longer than a URL needs.
    from registry_gitops.deployment import require_known
    from registry_gitops.facts import DeploymentFacts

    facts, htpasswd = DeploymentFacts(deployment), deployment.values.auth.htpasswd
    has_user = facts.authentication.has_inline_password and not is_left_to_flux(htpasswd.username + htpasswd.password)
    user = (by_default(htpasswd.username, ""), by_default(htpasswd.password, "")) if has_user else (None, None)
    endpoints = facts.endpoints
    if url:
        return Target(url, *user)
    if endpoints.public_host and not is_in_cluster:
        return Target(require_known(endpoints.base_url, "values.ingress", "pass the URL"), *user)
    name, port = (f"svc/{service}", "http") if service else (endpoints.port_forward, endpoints.port)
    name = require_known(name, "name", "pass --service")
    place = namespace or require_known(facts.names.target_namespace, "namespace", "pass --namespace")
    scheme: Literal["http", "https"] = "https" if endpoints.has_tls_in_pod else "http"
    return Target(PortForwardTarget(place, name, port, prefix=by_default(endpoints.prefix, ""), scheme=scheme), *user)
