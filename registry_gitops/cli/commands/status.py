"""registry-gitops status: whether a deployment is ready; if not, the cause and the fix."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from registry_gitops.cli.config_file import find_config_files, load_deployments, search_config_files
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import parse_duration_option
from registry_gitops.cli.reports import Output, OutputOption, ReportFormat, check_outputs
from registry_gitops.cli.shared_options import ContextOption, KubeconfigOption
from registry_gitops.cli.status_run import AnyStatus, StatusRun
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.cluster.status import Kubectl
    from registry_gitops.deployment import RegistryDeployment

_NAME: Final = "docker-registry"

_Release: TypeAlias = tuple[str, str]
"""Namespace and name of a HelmRelease."""


def status(
    configs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CONFIG|DIR",
            help="Config files of deployments, or directories that they are below.",
            show_default=" or ".join(CONFIG_FILES),
        ),
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(metavar="NAME", help="Namespace of the HelmRelease, instead of CONFIG.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Name of the HelmRelease in --namespace (default: {_NAME})."),
    ] = None,
    context: ContextOption = None,
    kubeconfig: KubeconfigOption = None,
    all_: Annotated[
        bool, typer.Option("--all", "-A", help="Show all registries of the cluster, or of --namespace, in a table.")
    ] = False,
    output_: OutputOption = ["text"],  # type: ignore[list-item] # noqa: B006
    watch: Annotated[bool, typer.Option("--watch", help="Print the status on each change, until Ctrl-C.")] = False,
    wait: Annotated[
        float | None,
        typer.Option(parser=parse_duration_option, metavar="TIME", help="Wait up to TIME for it to become ready."),
    ] = None,
) -> None:
    """Show whether a deployment is ready, or the cause and the fix.

    Several deployments are a table. Without CONFIG, where no config file is in or below this directory, it shows all
    registries of the cluster. It reads the cluster with kubectl, and changes nothing in it. Exits 0 if all are ready, 1
    if one is not, and 3 if the cluster is unreachable.
    """
    from registry_gitops.cluster.status import Kubectl

    check_outputs(output_)
    if watch:
        _check_watch(output_)
    # `timeout` and CI send SIGTERM: kubectl must end with us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if all_:
        _check_all(configs, name)
    releases = [] if all_ else _find_releases(configs or (), namespace, name)
    read = _reader(releases, namespace, Kubectl(context, kubeconfig))
    last = StatusRun(read, output_, watch=watch, wait=wait).run()
    raise typer.Exit(ExitCode.OK if last.ready else ExitCode.FINDINGS)


def _check_watch(outputs: Sequence[Output]) -> None:
    """Raise typer.BadParameter unless the one output is text or json on stdout."""
    if [output.file for output in outputs] != [None] or outputs[0].format not in (ReportFormat.TEXT, ReportFormat.JSON):
        raise typer.BadParameter("--watch needs text or json, on stdout", param_hint="--output")


def _check_all(configs: Sequence[Path] | None, name: str | None) -> None:
    """Raise typer.BadParameter if an argument names a registry."""
    if configs or name:
        raise typer.BadParameter("pass either CONFIG, or --name, or --all", param_hint="--all")


def _reader(releases: Sequence[_Release], namespace: str | None, kubectl: Kubectl) -> Callable[[], AnyStatus]:
    """Return what reads the status of releases, or, if there are none, of all registries."""
    from registry_gitops.cluster.status import get_named_statuses, get_status, get_statuses

    match releases:
        case []:
            return lambda: get_statuses(namespace, kubectl)
        case [(only_namespace, only_name)]:
            return lambda: get_status(only_namespace, only_name, kubectl)
    return lambda: get_named_statuses(releases, kubectl)


def _find_releases(configs: Sequence[Path], namespace: str | None, name: str | None) -> list[_Release]:
    """Return the HelmReleases that the arguments name, or else the config files in or below this directory."""
    if configs and (namespace or name):
        raise typer.BadParameter("pass either CONFIG or --namespace and --name, not both", param_hint="CONFIG")
    if namespace:
        return [(namespace, name or _NAME)]
    if name:
        raise typer.BadParameter("needs --namespace NAME", param_hint="--name")
    found = find_config_files(configs) if configs else search_config_files()
    return list(dict.fromkeys(release for config in found for release in _releases_of(config)))


def _releases_of(config: Path) -> Iterator[_Release]:
    """Yield namespace and name of the HelmRelease of each deployment of a config file."""
    for deployment in load_deployments(config).values():
        yield _release_of(deployment, config)


def _release_of(deployment: RegistryDeployment, config: Path) -> _Release:
    from registry_gitops.deployment import require_known

    remedy = "pass --namespace and --name instead of the config file"
    names = {"namespace": deployment.namespace_options.name, "name": deployment.name}
    try:
        found_namespace, found_name = (require_known(text, key, remedy) for key, text in names.items())
    except InputError as error:
        raise error.in_file(config) from None
    return found_namespace, found_name
