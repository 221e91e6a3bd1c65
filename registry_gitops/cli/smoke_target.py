"""Which registry `smoke` tests: that of a config file, that at a URL, or that behind a Service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from registry_gitops.cli.config_file import find_config_files, load_deployments
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.masking import mask

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment
    from registry_gitops.target import Target

_REMEDY: Final = "pass CONFIG, a URL, or --namespace NAME"

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
    def is_about_one(self) -> bool:
        """Whether one of them can be true of one registry only."""
        return bool(self.config or self.url or self.namespace or self.service)

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
    directory: str = ""
    """Directory of the deployment, of several that a config file defines."""

    @property
    def title(self) -> str:
        """Name of the registry among several, without credentials."""
        named = [str(self.config), self.directory] if self.config else [mask(str(self.target.endpoint))]
        return ":".join(filter(None, named))


def resolve_registries(
    named: Sequence[str], arguments: RegistryArguments, *, is_one: bool = False
) -> list[TestedRegistry]:
    """Return the registries that `named` and the other arguments name, each once.

    `named` are config files, directories that they are below, and URLs. Without them and without --config and
    --namespace it is the config file in this directory, or else all below it. Raises typer.BadParameter, also for more
    than one registry if `is_one`, or if an argument is about one; and InputError with the problems of all config files.
    """
    names, is_about_one = _list_names(named, arguments), is_one or arguments.is_about_one
    if is_about_one:
        _refuse_several(len(names))
    found, problems = list[TestedRegistry](), list[Finding]()
    for name in names:
        try:
            found += _resolve(replace(arguments, registry=name))
        except InputError as error:
            problems += error.findings
    if problems:
        raise InputError(problems)
    if is_about_one:
        _refuse_several(len(found))  # which one registry.py can define
    return found


def _refuse_several(count: int) -> None:
    if count > 1:
        message = (
            "--url, --config, --namespace, --service, --before-restart, and --after-restart are about one registry"
        )
        raise typer.BadParameter(f"{message}, not about {count}: pass one CONFIG", param_hint="CONFIG")


def _list_names(named: Sequence[str], arguments: RegistryArguments) -> list[str | None]:
    """Return each name as CONFIG or URL; None if only other arguments name a registry."""
    if not named and (arguments.config or (arguments.namespace and not arguments.url)):
        return [None]
    if not named:
        return list(map(str, find_config_files([], _REMEDY)))
    names = list[str]()
    for name in named:
        is_directory = is_config_file(name) and Path(name).is_dir()
        names += map(str, find_config_files([Path(name)], _REMEDY)) if is_directory else [name]
    return [*dict.fromkeys(names)]


def _resolve(arguments: RegistryArguments) -> Iterator[TestedRegistry]:
    """Yield the registry that the arguments name, or those of the deployments that a registry.py defines.

    Raises typer.BadParameter, and InputError for a config file.
    """
    config, url = _config_and_url(arguments)
    if url and arguments.has_cluster:
        message = "pass either a URL or --namespace, --service, --context, and --kubeconfig, not both"
        raise typer.BadParameter(message, param_hint="URL")
    deployments: Mapping[str, RegistryDeployment | None] = load_deployments(config) if config else {"": None}
    for directory, deployment in deployments.items():
        yield TestedRegistry(_find_target(url, arguments, deployment), config, deployment, directory)


def _find_target(url: str | None, arguments: RegistryArguments, deployment: RegistryDeployment | None) -> Target:
    from registry_gitops.target import resolve_target

    return resolve_target(
        url,
        namespace=arguments.namespace,
        service=arguments.service,
        context=arguments.context,
        kubeconfig=arguments.kubeconfig,
        deployment=deployment,
    )


def _config_and_url(arguments: RegistryArguments) -> tuple[Path | None, str | None]:
    named, config, url = arguments.registry, arguments.config, arguments.url
    if named and is_config_file(named):
        if config:
            raise typer.BadParameter("CONFIG is given already: pass one of them", param_hint="--config")
        return Path(named), url
    if named and url:
        raise typer.BadParameter("a URL is given already: pass one of them, or CONFIG", param_hint="--url")
    return config, named or url


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
