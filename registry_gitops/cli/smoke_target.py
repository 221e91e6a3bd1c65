"""Which registry `smoke` tests: that of a config file, that at a URL, or that behind a Service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from registry_gitops.cli.config_file import find_config_file, load_config

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment
    from registry_gitops.target import Target

_SUFFIXES: Final = (".yaml", ".yml", ".json", ".py")
"""Suffixes of config files. A host whose name ends like that, such as registry.py in Paraguay, needs its https://."""


@dataclass(frozen=True)
class RegistryArguments:
    """The arguments that name a registry, as the user wrote them."""

    registry: str | None = None
    """CONFIG or URL."""
    config: Path | None = None
    url: str | None = None
    namespace: str | None = None
    service: str | None = None
    context: str | None = None
    kubeconfig: Path | None = None

    @property
    def has_cluster(self) -> bool:
        """Whether one of them is about a cluster."""
        return bool(self.namespace or self.service or self.context or self.kubeconfig)


@dataclass(frozen=True)
class TestedRegistry:
    """The registry to test, and the config file that describes it, if one was given."""

    target: Target
    config: Path | None = None
    deployment: RegistryDeployment | None = None


def resolve_registry(arguments: RegistryArguments) -> TestedRegistry:
    """Return the registry that the arguments name. Raises typer.BadParameter, and InputError for a config file."""
    from registry_gitops.target import resolve_target

    config, url = _config_and_url(arguments)
    if url and arguments.has_cluster:
        message = "pass either a URL or --namespace, --service, --context, and --kubeconfig, not both"
        raise typer.BadParameter(message, param_hint="URL")
    deployment = load_config(config) if config else None
    target = resolve_target(
        url,
        namespace=arguments.namespace,
        service=arguments.service,
        context=arguments.context,
        kubeconfig=arguments.kubeconfig,
        deployment=deployment,
    )
    return TestedRegistry(target, config, deployment)


def _config_and_url(arguments: RegistryArguments) -> tuple[Path | None, str | None]:
    named, config, url = arguments.registry, arguments.config, arguments.url
    if named and is_config_file(named):
        if config:
            raise typer.BadParameter("CONFIG is given already: pass one of them", param_hint="--config")
        return Path(named), url
    if named and url:
        raise typer.BadParameter("a URL is given already: pass one of them, or CONFIG", param_hint="--url")
    if named or config or (arguments.namespace and not url):
        return config, named or url
    return find_config_file("pass CONFIG, a URL, or --namespace NAME"), url


def is_config_file(text: str) -> bool:
    """Return whether an argument names a config file, which need not exist, or a directory; else it is a URL."""
    if "://" in text:
        return False
    path = Path(text)
    if path.suffix in _SUFFIXES or text.startswith((".", "/")):
        return True
    try:
        # A directory can have the name of a host: then it is the host.
        return path.is_file() or (path.is_dir() and "." not in text)
    except OSError:
        return False
