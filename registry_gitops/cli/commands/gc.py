"""registry-gitops gc: garbage collection of a data directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import parse_duration_option
from registry_gitops.cli.streams import write_stderr, write_stdout
from registry_gitops.errors import InputError

if TYPE_CHECKING:
    from registry_gitops.registry import Collected


def gc(
    root: Annotated[Path, typer.Argument(metavar="ROOT", help="Data directory, in the disk layout of registry:3.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Delete nothing; print what would be deleted.")] = False,
    delete_untagged: Annotated[
        bool,
        typer.Option("--delete-untagged", help="Also delete manifests that no tag references, even through an index."),
    ] = False,
    older_than: Annotated[
        float,
        typer.Option(
            parser=parse_duration_option, metavar="TIME", help="Keep data written or requested within this time."
        ),
    ] = "1h",  # type: ignore[assignment]
) -> None:
    """Delete unreferenced data from a data directory.

    That is: blobs, unfinished uploads, and the remains of deleted repositories. Safe while `registry-gitops serve`
    accepts pushes, but not while registry:3 does. Exits 1 if a manifest is corrupt.
    """
    from registry_gitops.registry import SetupError, collect_directory

    try:
        collected = collect_directory(root, older_than=older_than, delete_untagged=delete_untagged, dry_run=dry_run)
    except SetupError as error:
        raise InputError.single(error.message, error.file) from None
    except OSError as error:
        raise InputError.single(f"cannot collect garbage: {error.strerror}", error.filename or root) from None
    write_stdout(_table(collected))
    for digest in collected.corrupt:
        write_stderr(
            f"{digest}: missing or corrupt: push it again, or delete it; gc skipped the repositories that contain it"
        )
    raise typer.Exit(ExitCode.FINDINGS if collected.corrupt else ExitCode.OK)


def _table(collected: Collected) -> str:
    rows = [
        ("blobs", collected.blobs),
        ("manifests", collected.manifests),
        ("layers", collected.layers),
        ("tags", collected.tags),
        ("uploads", collected.uploads),
        ("repositories", len(collected.repositories)),
        ("bytes", collected.bytes),
    ]
    lines = [f"{name:<12} {count}" for name, count in rows]
    return "".join(f"{line}\n" for line in [*lines, *(f"removed {name}" for name in collected.repositories)])
