"""A client of a target, through a port-forward where the target is in a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Final

from registry_gitops.cluster import Kubectl, PortForwardError, port_forward
from registry_gitops.smoke import TLS_REQUIRED, Client, UnreachableError, connect
from registry_gitops.target.resolution import PortForwardTarget, Target

_INTERVAL: Final = 1.0
"""Seconds between two attempts; the last one is at the end of the waiting time."""
_NO_RESPONSE: Final = ("network", "refused", "timeout")
"""Causes of UnreachableError at the end of a port-forward whose Pod does not respond."""
_SERVICES: Final = ("svc", "service", "services")


@contextmanager
def open_client(
    target: Target, *, wait: float = 0.0, on_wait: Callable[[Exception], None] = lambda _: None, **settings: Any
) -> Iterator[Client]:
    """Yield a client of the registry, which has responded; a port-forward to it ends with the block.

    Tries for `wait` seconds, and calls `on_wait` with the error of each attempt but the last. `settings` are those of
    `connect`; the credentials among them replace those of `target`. Raises UnreachableError, PortForwardError for a
    registry in a cluster, and InputError for settings that cannot be used.
    """
    settings = {"username": target.username, "password": target.password, **settings}
    endpoint = target.endpoint
    if isinstance(endpoint, str):
        with connect(endpoint, wait=wait, on_wait=on_wait, **settings) as client:
            yield client
        return
    deadline = time.monotonic() + wait
    while True:
        # A port-forward ends with the Pod that it leads to, so each attempt has its own.
        with ExitStack() as stack:
            try:
                forward = _forward(endpoint)
                client = stack.enter_context(_connect(endpoint, stack.enter_context(forward), settings))
            except (PortForwardError, UnreachableError) as problem:
                failure = _explain(endpoint, problem)
            else:
                yield client
                return
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise failure
        on_wait(failure)
        time.sleep(min(_INTERVAL, remaining))


def _forward(endpoint: PortForwardTarget) -> AbstractContextManager[str]:
    kubectl = Kubectl(endpoint.context, endpoint.kubeconfig)
    return port_forward(endpoint.namespace, endpoint.name, endpoint.port, kubectl=kubectl)


def _explain(
    endpoint: PortForwardTarget, failure: PortForwardError | UnreachableError
) -> PortForwardError | UnreachableError:
    """Return the failure, or why no Pod is ready behind the Service, if that is the reason."""
    is_about_pod = failure.is_about_pod if isinstance(failure, PortForwardError) else failure.cause in _NO_RESPONSE
    kind, _, name = endpoint.name.rpartition("/")
    if not is_about_pod or kind not in _SERVICES:
        return failure
    from registry_gitops.cluster.status import ClusterError, read_service_failure

    try:
        reason = read_service_failure(Kubectl(endpoint.context, endpoint.kubeconfig), endpoint.namespace, name)
    except ClusterError:
        return failure
    return PortForwardError(f"no Pod is ready behind {endpoint}: {reason}") if reason else failure


def _connect(endpoint: PortForwardTarget, address: str, settings: dict[str, Any]) -> Client:
    if endpoint.scheme != "https":
        try:
            return connect(f"http://{address}{endpoint.prefix}", **settings)
        except UnreachableError as problem:
            if endpoint.scheme or problem.cause != TLS_REQUIRED:
                raise
    # The certificate is for the names of the registry, not for this end of the port-forward. kubectl and the API server
    # lead to the right Pod, so without an authority to verify it by, it can be any.
    any_certificate = settings.get("insecure_skip_tls_verify") or not settings.get("ca_file")
    settings = {**settings, "insecure_skip_tls_verify": bool(any_certificate), "check_hostname": False}
    return connect(f"https://{address}{endpoint.prefix}", **settings)
