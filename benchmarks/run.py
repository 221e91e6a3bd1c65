"""`make bench`: how long the commands take to start, and a thousand deployments beside kustomize, in one run.

Figures are medians, with the fastest and the slowest run; the ratios are what to compare between machines.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from registry_gitops.registry import ReferenceRegistry

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
KUSTOMIZE = ROOT / ".tools/bin/kustomize"
DEPLOYMENTS = 1000


@dataclass(frozen=True)
class Figure:
    """Seconds of several runs of one thing."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure to quote."""
        return statistics.median(self.seconds)

    def row(self, base: Figure, budget: str) -> str:
        """A row of the table; the ratio is to `base`, higher is slower."""
        spread = f"{min(self.seconds):.3f}-{max(self.seconds):.3f}"
        return f"| {self.name} | {self.median:.3f} | {spread} | x{self.median / base.median:.2f} | {budget} |"


def timed(name: str, work: Callable[[], object], runs: int) -> Figure:
    """Run `work` once to warm up, and `runs` times for the clock."""
    work()
    return Figure(name, tuple(_once(work) for _ in range(runs)))


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def command(*arguments: str | Path) -> Callable[[], object]:
    """A whole process, its output thrown away; it must succeed."""
    return lambda: subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)


def start_up(folder: Path) -> list[str]:
    """How long one command takes, beside the interpreter alone and kustomize on the same folder."""
    config = folder / "registry.yaml"
    config.write_text("source: {type: oci, url: oci://ghcr.io/example/charts/docker-registry}\n", "utf-8")
    program = BIN / "registry-gitops"
    base = timed("python -c pass", command(sys.executable, "-c", "pass"), 15)
    help_ = timed("registry-gitops --help", command(program, "--help"), 15)
    render = timed("registry-gitops render", command(program, "render", config), 15)
    peer = timed("kustomize build", command(KUSTOMIZE, "build", folder), 15)
    with ReferenceRegistry() as registry:
        smoke = timed("registry-gitops smoke", command(program, "smoke", registry.url), 5)
    return [
        base.row(base, ""),
        help_.row(base, "0.150"),
        render.row(base, "0.350"),
        peer.row(base, "(peer)"),
        smoke.row(base, "2.000"),
    ]


def thousand(folder: Path) -> list[str]:
    """A thousand different deployments, rendered and written by one process, and kustomize on each of their folders."""
    from registry_gitops import OCISource, RegistryDeployment, RegistryValues
    from registry_gitops.render import render, write_tree
    from registry_gitops.values import Persistence

    source = OCISource(url="oci://ghcr.io/example/charts/docker-registry")

    def trees() -> dict[str, dict[str, str]]:
        return {
            f"r{number}": render(
                RegistryDeployment(
                    name=f"r{number}",
                    namespace=f"team-{number}",
                    source=source,
                    values=RegistryValues(replica_count=1, persistence=Persistence(size=f"{number + 1}Gi")),
                )
            )
            for number in range(DEPLOYMENTS)
        }

    places = iter(range(100))

    def written() -> None:
        place = folder / str(next(places))
        for name, tree in trees().items():
            write_tree(tree, place / name)

    def built() -> None:
        for path in (folder / "0").iterdir():
            subprocess.run([KUSTOMIZE, "build", path], check=True, stdout=subprocess.DEVNULL)

    rendered_figure = timed(f"render {DEPLOYMENTS} deployments", trees, 5)
    written_figure = timed(f"render and write {DEPLOYMENTS} deployments", written, 5)
    peer = Figure(f"kustomize build, {DEPLOYMENTS} folders one by one", (_once(built),))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        rendered_figure.row(rendered_figure, "0.500"),
        written_figure.row(rendered_figure, "1.500"),
        peer.row(rendered_figure, "(peer)"),
        "",
        f"kustomize takes {peer.median / rendered_figure.median:.0f} times as long as rendering (wanted: at least 20), "
        f"and {peer.median / written_figure.median:.0f} times as long as rendering and writing.",
        f"Peak memory of the process that rendered and wrote: {memory:.0f} MiB.",
    ]


def main() -> None:
    """Print the tables, in Markdown."""
    head = "| what | median s | fastest-slowest | ratio | budget s |\n|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(head, *start_up(folder), "", head, *thousand(folder / "thousand"), sep="\n")


if __name__ == "__main__":
    main()
