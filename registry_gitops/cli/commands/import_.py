"""registry-gitops import: a config file for a registry that was deployed in another way."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.shared_options import ContextOption, KubeconfigOption
from registry_gitops.cli.streams import write_stderr, write_stdout

if TYPE_CHECKING:
    from registry_gitops.importer import Imported


def import_(
    path: Annotated[
        str | None,
        typer.Argument(
            metavar="PATH",
            help="File or directory with manifests that run a registry, a HelmRelease, a HelmChart of k3s, or a values "
            "file.",
            show_default=False,
        ),
    ] = None,
    cluster: Annotated[
        bool, typer.Option("--cluster", help="Read a registry that runs with kubectl, instead of PATH.")
    ] = False,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", "-n", metavar="NAME", help="Namespace to read with --cluster, or of --release."),
    ] = None,
    release: Annotated[
        str | None,
        typer.Option("--release", metavar="NAME", help="Release that Helm installed with the values file PATH."),
    ] = None,
    context: ContextOption = None,
    kubeconfig: KubeconfigOption = None,
    output_dir: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Directory to write to; created if missing.", show_default="current directory"
        ),
    ] = Path(),
    output: Annotated[Literal["text", "json"], typer.Option("--output", "-o", help="Format of the report.")] = "text",
) -> None:
    """Create a registry.yaml for a registry that you have already.

    Reports what became of every key, and exits 1 if one needs a decision. Never overwrites a file.
    """
    from registry_gitops.importer import InstalledRelease, format_import, import_path, write_import

    installed = InstalledRelease(release, namespace or "") if release else None
    if installed and (cluster or not namespace):
        message = "cannot be combined with --cluster" if cluster else "needs --namespace NAME"
        raise typer.BadParameter(message, param_hint="--release")
    if not cluster and ((namespace and not release) or context or kubeconfig):
        hint = "--context" if context or kubeconfig else "--namespace"
        raise typer.BadParameter("needs --cluster", param_hint=hint)
    if cluster:
        if path or not namespace:
            message = "cannot be combined with PATH" if path else "needs --namespace NAME"
            raise typer.BadParameter(message, param_hint="--cluster")
        imported = _import_running(namespace, context, kubeconfig, output_dir)
    elif path:
        imported = import_path(path, output_dir, installed)
    else:
        raise typer.BadParameter("pass a file or directory, or --cluster with --namespace NAME", param_hint="PATH")
    write_import(imported, output_dir)
    report = imported.report
    write_stdout(f"{report.to_json()}\n" if output == "json" else format_import(report))
    write_stderr(f"created {', '.join(report.files)}")
    if report.decisions:
        raise typer.Exit(ExitCode.FINDINGS)


def _import_running(namespace: str, context: str | None, kubeconfig: Path | None, output_dir: Path) -> Imported:
    """Ends with exit code 3 if the cluster is unreachable."""
    from registry_gitops.cluster import ClusterError, Kubectl
    from registry_gitops.importer import import_running

    # `timeout` and CI send SIGTERM: kubectl must end with us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return import_running(Kubectl(context, kubeconfig), namespace, output_dir)
    except ClusterError as error:
        write_stderr(f"error: {error}")
        raise typer.Exit(ExitCode.UNREACHABLE) from None


# What users type, and what the table of commands shows: Python keeps the word for itself.
import_.__name__ = "import"
