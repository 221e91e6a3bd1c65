"""registry-gitops chart: the Helm chart in a directory, in an archive, and in an OCI registry."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.passwords import (
    read_password_from_environment,
    read_password_from_stdin,
    refuse_incomplete_login,
)
from registry_gitops.cli.shared_options import CAFileOption, PasswordStdinOption, SkipTLSVerifyOption, UsernameOption
from registry_gitops.cli.streams import write_stderr, write_stdout


def write(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Directory to write to; created if missing.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that were edited.")] = False,
) -> None:
    """Write the chart to a directory that deployments share.

    Name the directory as `source.chart` in each config file. Run this again with a newer version of registry-gitops.
    Prints each change. Never changes files that it did not write; stops if a file was edited.
    """
    from registry_gitops.charts import write_chart

    plan = write_chart(directory, force=force)
    counts = Counter(change.action for change in plan.pending)
    for action, count in counts.items():
        write_stdout(f"{action} {directory}/ ({count} file{'s' if count > 1 else ''})\n")
    if not counts:
        write_stderr(f"up to date: {directory}")


def package(
    output_dir: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Directory to write to; created if missing.", show_default="current directory"
        ),
    ] = Path(),
) -> None:
    """Write the chart to an archive.

    The archive is docker-registry-VERSION.tgz, as of `helm package`, with the same bytes on every machine.
    """
    from registry_gitops.charts import package_chart, write_archive

    write_stdout(f"create {write_archive(package_chart(), output_dir)}\n")


def push(
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="oci://HOST/PATH. The name of the chart is added if the URL lacks it."),
    ],
    username: UsernameOption = None,
    password_stdin: PasswordStdinOption = False,
    ca_file: CAFileOption = None,
    insecure_skip_tls_verify: SkipTLSVerifyOption = False,
    plain_http: Annotated[bool, typer.Option("--plain-http", help="Connect over HTTP without TLS.")] = False,
) -> None:
    """Push the chart to an OCI registry.

    Prints its URL with version and digest, which is the same each time, and the digest of the chart that had the tag
    before, if it was another one. Without --username, uses the credentials that `docker login` saved. Exits 1 if the
    registry refuses the chart, and 3 if it is unreachable.
    """
    from registry_gitops.charts import ChartRepository, package_chart, push_chart
    from registry_gitops.smoke import CheckFailed, NoResponseError, UnreachableError

    archive = package_chart()
    repository = ChartRepository.parse(url, archive.name)
    password = read_password_from_stdin() if password_stdin else read_password_from_environment()
    refuse_incomplete_login(username, password, from_stdin=password_stdin)
    login = {"username": username, "password": password} if username else {}
    authorities = None if ca_file is None else str(ca_file)
    verification = {"ca_file": authorities, "insecure_skip_tls_verify": insecure_skip_tls_verify}
    try:
        with repository.connect(plain_http=plain_http, **login, **verification) as client:
            pushed = push_chart(client, repository, archive)
    except UnreachableError as problem:
        _end(ExitCode.UNREACHABLE, f"{problem}. {problem.remedy}")
    except NoResponseError as problem:
        _end(ExitCode.UNREACHABLE, f"cannot push: {problem}. Try again.")
    except CheckFailed as problem:
        remedy = "Check that the user is allowed to push there, and whether the repository must be created before."
        _end(ExitCode.FINDINGS, f"cannot push to {repository.url}: {problem}. {remedy}")
    write_stdout(f"{'push' if pushed.is_new else 'unchanged'} {pushed}\n")
    if pushed.replaced:
        write_stderr(f"warning: the tag {pushed.tag} pointed to {pushed.replaced} before")


def _end(code: ExitCode, message: str) -> NoReturn:
    write_stderr(f"error: {message}")
    raise typer.Exit(code) from None


CHART_COMMANDS: Final = (write, package, push)
"""The commands of `chart`, in the order of its help."""
