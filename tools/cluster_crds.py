"""Collect the definitions of Flux's objects: `python -m tools.cluster_crds OUT`, with `go` on PATH.

They come out of the modules of the controllers that the cluster runs, so that both are of one version. `.tools/crds`
has those of the newest API, which our manifests are held against.
"""

import subprocess
import sys
from pathlib import Path

MODULE = Path(__file__).resolve().parent / "go" / "cluster"
CONTROLLERS = tuple(f"github.com/fluxcd/{part}-controller" for part in ("helm", "kustomize", "source"))


def main(out: Path) -> int:
    """Write a file for each definition, named as its controller names it; return the exit status."""
    # They need not be on the disk yet: the programs may come out of a cache of builds.
    for question in (["mod", "download"], ["list", "-m", "-f", "{{.Dir}}"]):
        done = subprocess.run(["go", *question, *CONTROLLERS], cwd=MODULE, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            return done.returncode
    out.mkdir()
    for folder in done.stdout.splitlines():
        for file in Path(folder).glob("config/crd/bases/*.yaml"):
            (out / file.name).write_bytes(file.read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
