"""Keep tools/schemas/addons: JSON schemas of kinds that a cluster has only with an add-on, for kubeconform.

`python -m tools.addon_schemas` makes them anew where they are stale; with `--check` it only says so (exit 1). They are
committed, because the modules that they are taken from have 25 MB. Versions stand in tools/go/addon-crds/go.mod. The
Gateway API and external-secrets have their definitions as files; those of prometheus-operator are made by
controller-gen from its Go types.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import crd_schemas, golang
from tools.committed import CommittedFolder

ROOT = Path(__file__).resolve().parent.parent
MODULE = ROOT / "tools" / "go" / "addon-crds"
SCHEMAS = CommittedFolder(
    ROOT, "tools/schemas/addons", ("tools/go/addon-crds/*", "tools/addon_schemas.py", "tools/crd_schemas.py")
)

CONTROLLER_GEN = "sigs.k8s.io/controller-tools/cmd/controller-gen"
MONITORING = "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"

FILES = {
    "sigs.k8s.io/gateway-api": "config/crd/standard",
    "github.com/external-secrets/external-secrets": "config/crds/bases",
}
"""The modules that have definitions as files, and the directory of these files."""

KINDS = (
    "external-secrets.io/externalsecret_v1",
    "gateway.networking.k8s.io/httproute_v1",
    "monitoring.coreos.com/podmonitor_v1",
    "monitoring.coreos.com/prometheusrule_v1",
    "monitoring.coreos.com/servicemonitor_v1",
)
"""GROUP/KIND_VERSION of the schemas that are kept."""


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 fine, 1 stale under `--check`, 2 when the schemas cannot be made."""
    return SCHEMAS.update(arguments, make)


def make(folder: Path) -> int:
    """Collect the definitions and write the schemas of KINDS into `folder`; return the exit status."""
    with tempfile.TemporaryDirectory() as temporary:
        workplace = Path(temporary)
        try:
            collect(workplace)
            crd_schemas.main(workplace / "crds", workplace / "schemas")
        except (golang.GoProblem, subprocess.CalledProcessError) as problem:
            print(f"{problem}\n{SCHEMAS.folder} cannot be made.", file=sys.stderr)
            return 2
        shutil.rmtree(folder, ignore_errors=True)
        for kind in KINDS:
            target = folder / f"{kind}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(workplace / "schemas" / f"{kind}.json", target)
    return 0


def collect(workplace: Path) -> None:
    """Put the definitions of all three add-ons into `crds` of this directory, a file for each kind of KINDS."""
    go = golang.find(golang.needed(MODULE.parent), ROOT / "requirements" / "go.txt", ROOT / ".tools")

    def run(*command: str | Path) -> str:
        return subprocess.check_output(command, cwd=MODULE, env=go.environment(), text=True)

    definitions, program = workplace / "definitions", workplace / "controller-gen"
    run("go", "build", "-buildvcs=false", "-trimpath", "-o", program, CONTROLLER_GEN)
    run(program, "crd:crdVersions=v1", f"paths={MONITORING}", f"output:crd:dir={definitions}")
    run("go", "mod", "download", *FILES)
    folders = run("go", "list", "-m", "-f", "{{.Dir}}", *FILES).splitlines()
    files = [*definitions.glob("*.yaml")]
    for folder, place in zip(folders, FILES.values(), strict=True):
        files += (Path(folder) / place).glob("*.yaml")

    (workplace / "crds").mkdir()
    for kind in KINDS:
        (name,) = [file for file in files if file.name == f"{kind.partition('_')[0].replace('/', '_')}s.yaml"]
        shutil.copy(name, workplace / "crds")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
