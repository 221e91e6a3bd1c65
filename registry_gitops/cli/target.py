"""The registry that is meant: by its URL, by its Service in a cluster, or by its description."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from registry_gitops.cli.config_file import read

if TYPE_CHECKING:
    from registry_gitops.smoke import Client

_BETWEEN: Final = 1.0
"""Seconds between two tries while a Pod is waited for."""


@dataclass(frozen=True)
class Forward:
    """A Service, or another thing that kubectl forwards to, in a cluster."""

    namespace: str
    name: str = "svc/docker-registry"
    port: int | str = "http"
    context: str | None = None
    prefix: str = ""
    """What stands before /v2/ in paths."""

    def __str__(self) -> str:
        """As people name it."""
        return f"{self.name} in namespace {self.namespace}{f' of context {self.context}' if self.context else ''}"


@dataclass(frozen=True)
class Target:
    """Where the registry is, a URL or a way into a cluster, and the user that its description has."""

    place: str | Forward
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def find(
    url: str | None, namespace: str | None, service: str | None, context: str | None, config: Path | None
) -> Target:
    """What the options mean. Raises typer.BadParameter where they mean nothing, and InputError for the description."""
    in_cluster = namespace or service or context
    if url and in_cluster:
        raise typer.BadParameter("--namespace, --service and --context are in place of a URL", param_hint="URL")
    if config:
        return _described(config, url, namespace, service, context)
    if url:
        return Target(url)
    if not namespace:
        raise typer.BadParameter("which registry? Give a URL, --namespace or --config", param_hint="URL")
    return Target(Forward(namespace, f"svc/{service or 'docker-registry'}", context=context))


def _described(
    config: Path, url: str | None, namespace: str | None, service: str | None, context: str | None
) -> Target:
    from registry_gitops.render.readme.facts import Facts

    deployment = read(config)
    facts, given = Facts(deployment), deployment.values.auth.htpasswd
    user = (given.username, given.password) if given.enabled and given.password else (None, None)
    access = facts.access
    if url:
        return Target(url, *user)
    if not (namespace or service or context or access.local):
        return Target(access.base, *user)
    name, port = (f"svc/{service}", "http") if service else (access.forwarded, access.port)
    return Target(Forward(namespace or facts.names.target, name, port, context, access.prefix), *user)


@contextmanager
def reached(target: Target, wait: float, on_wait: Callable[[Exception], None], **settings: Any) -> Iterator[Client]:
    """A client of the registry, which has answered; a port-forward that leads to it ends with the block.

    `settings` are those of `connect`. Raises what that does, and PortForwardError.
    """
    from registry_gitops.cluster import PortForwardError, port_forward
    from registry_gitops.smoke import Unreachable, connect

    place = target.place
    if isinstance(place, str):
        with connect(place, wait=wait, on_wait=on_wait, **settings) as client:
            yield client
        return
    until = time.monotonic() + wait
    while True:
        # A port-forward ends with the Pod that it leads to, so each try has its own.
        with ExitStack() as stack:
            try:
                way = port_forward(place.namespace, place.name, place.port, context=place.context)
                address = stack.enter_context(way)
                client = stack.enter_context(connect(f"http://{address}{place.prefix}", **settings))
            except (PortForwardError, Unreachable) as problem:
                if time.monotonic() + _BETWEEN > until:
                    raise
                on_wait(problem)
            else:
                yield client
                return
        time.sleep(_BETWEEN)
