"""The examples that are whole Git repositories: each is rendered in a copy that is one, and copied back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry_gitops.charts import write_chart
from registry_gitops.deployment import find_configs, load
from registry_gitops.render import deploy

_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

LAYOUTS = (_EXAMPLES / "monorepo", _EXAMPLES / "per-app", _EXAMPLES / "tenants/team-a")


@contextmanager
def repository_of(layout: Path) -> Iterator[Path]:
    """Yield a copy of an example that is a Git repository, as far as `render` reads one."""
    with tempfile.TemporaryDirectory() as directory:
        repository = Path(directory) / layout.name
        shutil.copytree(layout, repository)
        (repository / ".git").mkdir()
        yield repository


def render_layout(layout: Path) -> dict[Path, bytes]:
    """Return the files of an example, by their paths in it, with its chart and all that its config files render to."""
    with repository_of(layout) as repository:
        for chart in repository.glob("charts/*"):
            write_chart(chart, force=True)
        for config in find_configs([repository]).paths:
            deploy(load(config), config.parent, force=True)
        return read_files(repository)


def read_files(directory: Path) -> dict[Path, bytes]:
    """Return the files of a directory, by their paths in it."""
    return {path.relative_to(directory): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def stale_files(layout: Path) -> Iterator[Path]:
    """Yield the files of an example that are not what `render` writes."""
    now, wanted = read_files(layout), render_layout(layout)
    yield from (layout / path for path in sorted(now.keys() | wanted.keys()) if now.get(path) != wanted.get(path))


def write_layout(layout: Path) -> None:
    """Let the files of an example be what `render` writes."""
    wanted = render_layout(layout)
    for path in read_files(layout).keys() - wanted.keys():
        (layout / path).unlink()
    for path, content in wanted.items():
        (layout / path).parent.mkdir(parents=True, exist_ok=True)
        (layout / path).write_bytes(content)
