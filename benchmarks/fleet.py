"""`make bench`: a thousand config files in one repository, rendered and checked, beside kustomize on each directory.

The config files extend three environments, as those of a platform team do. Figures are medians of several processes,
with the fastest and the slowest; kustomize runs once over all directories. Compare CPU time on a busy machine.
"""

from __future__ import annotations

import itertools
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.validate import PROGRAM, ROOT, Run, run

KUSTOMIZE: Final = ROOT / ".tools/bin/kustomize"
CONFIGS: Final = 1000
ENVIRONMENTS: Final = ("development", "staging", "production")
BASE: Final = """\
source: {type: oci, url: oci://ghcr.io/example/charts/docker-registry}
release: {interval: 30m}
values:
  replicaCount: 1
  podLabels: {environment: %s}
"""
CONFIG: Final = """\
extends: ../../base/%s/registry.yaml
name: registry-%04d
namespace: team-%04d
values:
  persistence: {size: %dGi}
"""
RUNS: Final = 5
RENDERED: Final = (
    ".registry-gitops.sha256",
    "README.md",
    "helmrelease.yaml",
    "kustomization.yaml",
    "namespace.yaml",
    "ocirepository.yaml",
)
HEAD: Final = """\
| what | wall s | fastest-slowest | kustomize takes | CPU s | kustomize takes | MiB |
|---|---|---|---|---|---|---|"""


def write_repository(root: Path) -> Path:
    """Write the config files to a Git repository, and return the directory that has all of them."""
    subprocess.run(["git", "init", "-q", root], check=True)
    for environment in ENVIRONMENTS:
        _write(root / "base" / environment, BASE % environment)
    for number in range(CONFIGS):
        _write(root / "apps" / f"registry-{number:04}", CONFIG % (ENVIRONMENTS[number % 3], number, number, number + 1))
    return root


def _write(directory: Path, text: str) -> None:
    directory.mkdir(parents=True)
    (directory / "registry.yaml").write_text(text, "utf-8")


def kustomize(root: Path) -> Run:
    """Run `kustomize build` for each directory, one after another."""
    start, cpu = time.perf_counter(), _cpu()
    for directory in sorted((root / "apps").iterdir()):
        subprocess.run([KUSTOMIZE, "build", directory], check=True, stdout=subprocess.DEVNULL)
    return Run((time.perf_counter() - start) * 1000, (_cpu() - cpu) * 1000, 0)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(root: Path, *options: str, before: Callable[[], object] = lambda: None) -> list[Run]:
    """Run `render` over the repository several times, each after `before`."""
    runs = []
    for _ in range(RUNS):
        before()
        runs.append(run([PROGRAM, "render", root, *options], expected=0, cores=2))
    return runs


def row(name: str, runs: list[Run], peer: Run) -> str:
    """A row of the table, with how many times as long `peer`, which is kustomize, takes."""
    walls = [run.wall for run in runs]
    wall, cpu = statistics.median(walls), statistics.median(run.cpu for run in runs)
    spread = f"{min(walls) / 1000:.2f}-{max(walls) / 1000:.2f}"
    times = f"{wall / 1000:.2f} | {spread} | x{peer.wall / wall:.1f} | {cpu / 1000:.2f} | x{peer.cpu / cpu:.1f}"
    return f"| {name} | {times} | {max(run.memory for run in runs):.0f} |"


def table(root: Path) -> Iterator[str]:
    """Yield the rows."""
    numbers = itertools.count()

    def delete() -> None:
        for directory in (root / "apps").iterdir():
            for name in RENDERED:
                (directory / name).unlink(missing_ok=True)

    def change(directory: str) -> None:
        file = root / directory / "registry.yaml"
        text = file.read_text("utf-8").partition("# ")[0]
        file.write_text(f"{text}# {next(numbers)}\n", "utf-8")

    written = measure(root, before=delete)
    peer = kustomize(root)
    yield f"| `kustomize build`, {CONFIGS} times | {peer.wall / 1000:.2f} | | | {peer.cpu / 1000:.2f} | | |"
    yield row("`render --check`, nothing changed", measure(root, "--check"), peer)
    yield row("`render`, nothing changed", measure(root), peer)
    one = measure(root, "--check", before=lambda: change("apps/registry-0000"))
    yield row("`render --check`, one config file changed", one, peer)
    third = measure(root, "--check", before=lambda: change("base/production"))
    yield row("`render --check`, the base of a third changed", third, peer)
    yield row("`render --check -o json`, which checks all", measure(root, "--check", "-o", "json"), peer)
    yield row("`render`, nothing rendered before", written, peer)


def main() -> None:
    """Print the table, in Markdown."""
    with tempfile.TemporaryDirectory() as place:
        root = write_repository(Path(place) / "repository")
        print(HEAD)
        for line in table(root):
            print(line, flush=True)


if __name__ == "__main__":
    main()
