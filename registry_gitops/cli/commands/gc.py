"""registry-gitops gc: garbage collection in the folder of a registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import seconds
from registry_gitops.cli.streams import out, say
from registry_gitops.errors import InputError

if TYPE_CHECKING:
    from registry_gitops.registry.garbage import Collected


def gc(
    root: Annotated[
        Path, typer.Argument(metavar="ROOT", help="Folder of the registry's data, as registry:3 lays it out.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be freed; remove nothing.")] = False,
    delete_untagged: Annotated[
        bool,
        typer.Option("--delete-untagged", help="Remove manifests that no tag reaches."),
    ] = False,
    older_than: Annotated[
        float,
        typer.Option(parser=seconds, metavar="TIME", help="Keep what was written or asked for more lately than this."),
    ] = "1h",  # type: ignore[assignment]
) -> None:
    """Remove what nothing needs from the folder of a registry.

    Blobs, unfinished uploads and what is left of deleted repositories.
    Safe while `registry-gitops serve` takes pushes, but not while registry:3 does. Exits 1 if a manifest is damaged.
    """
    from registry_gitops.registry.garbage import collect
    from registry_gitops.registry.layout import PREFIX
    from registry_gitops.registry.storage.filesystem import FileStorage

    if not (root / PREFIX).is_dir():
        raise InputError.of(f"no registry's data: there is no folder {PREFIX} in it", root)
    storage = FileStorage(root, read_only=dry_run)
    try:
        collected = collect(storage, older_than=older_than, delete_untagged=delete_untagged, dry_run=dry_run)
    finally:
        storage.close()
    out(_table(collected))
    for digest in collected.rotten:
        say(f"{digest}: lost or damaged: push it again, or delete it; its repositories are left as they are")
    raise typer.Exit(ExitCode.FINDINGS if collected.rotten else ExitCode.OK)


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
