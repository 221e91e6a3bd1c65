"""Build the pinned tools into `.tools/`, each once: `python -m tools.build [e2e]`, with the Python of the environment.

`.tools/bin` gets the programs, `.tools/crds` Flux's custom resource definitions as controller-gen makes them from the
controllers' Go types, `.tools/schemas` the JSON schemas that kubeconform reads. `e2e` adds `.tools/cluster`, a real
Kubernetes with Flux. Versions stand in the go.mod files below tools/go and nowhere else. Standard library only; the
step that makes schemas needs PyYAML.
"""

import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools import debian, golang
from tools.artifact import Artifact, BuildProblem, Workplace
from tools.lock import locked

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / ".tools"
MODULES = ROOT / "tools" / "go"
GO_WHEEL = ROOT / "requirements" / "go.txt"

GO_PROGRESS = r"go: downloading |\S+$"
"""What `go build -v` says when nothing is wrong: what it fetches, and the import path of each package it compiles."""


def program(module: str, package: str, name: str, *, version: str = "") -> Artifact:
    """Describe a Go program: `module` is its folder below tools/go, `version` the variable that holds its version."""
    flags = "-s -w"
    if version:
        flags += f" -X {version}={pinned(module, package)}"
    return Artifact(
        name=name,
        output=f"bin/{name}",
        # -buildvcs=false: the tools are the same whatever commit we are at, and with no git at all.
        command=("go", "build", "-v", "-buildvcs=false", "-trimpath", "-ldflags", flags, "-o", "{out}", package),
        sources=(f"tools/go/{module}/go.*", *([f"tools/go/{module}/*.go"] if package == "." else [])),
        folder=f"tools/go/{module}",
        chatter=GO_PROGRESS,
    )


def pinned(module: str, package: str) -> str:
    """Return the version of the Go module in tools/go/`module`/go.mod that has `package`."""
    text = (MODULES / module / "go.mod").read_text(encoding="utf-8")
    versions: dict[str, str] = dict(re.findall(r"^(?:require )?\s*([\w.\-/~]+) (v\S+)", text, re.MULTILINE))
    owners = [path for path in versions if f"{package}/".startswith(f"{path}/")]
    return versions[max(owners, key=len)]


def from_debian(name: str) -> Artifact:
    """Describe a program that Debian has: the one on PATH, or else what is in its package."""
    return Artifact(
        name=name,
        output=f"bin/{name}",
        command=("{python}", "-m", "tools.debian", name, "{out}", f"{{store}}/debian/{name}"),
        sources=("tools/debian.py",),
    )


KUBERNETES = "k8s.io/component-base/version"
"""The package whose variables say which Kubernetes it is; a chart's `kubeVersion` is held against them."""


def cluster() -> Artifact:
    """Describe a cluster's programs: one module and one build, so that what they share is compiled once."""
    module = "cluster"
    text = (MODULES / module / "go.mod").read_text(encoding="utf-8")
    tools = re.findall(r"^\t(\S+)$", text, re.MULTILINE)
    version = pinned(module, "k8s.io/kubernetes")
    major, minor, _ = version.removeprefix("v").split(".")
    said = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    flags = " ".join(["-s -w", *(f"-X {KUBERNETES}.{name}={value}" for name, value in said.items())])
    build = ("go", "build", "-v", "-buildvcs=false", "-trimpath", "-tags", "no_btrfs no_zfs no_devmapper")
    return Artifact(
        name="cluster",
        output="cluster/bin",
        command=(*build, "-ldflags", flags, "-o", "{out}/", "./hyperkube", "./coredns", "./pause", *tools),
        sources=(f"tools/go/{module}/go.*", f"tools/go/{module}/*/*.go"),
        folder=f"tools/go/{module}",
        chatter=GO_PROGRESS,
    )


FLUX_APIS = tuple(f"paths=github.com/fluxcd/{part}-controller/api/..." for part in ("helm", "kustomize", "source"))

CONTROLLER_GEN = program("flux-crds", "sigs.k8s.io/controller-tools/cmd/controller-gen", "controller-gen")
CRDS = Artifact(
    name="crds",
    output="crds",
    command=("{store}/bin/controller-gen", "crd:crdVersions=v1", *FLUX_APIS, "output:crd:dir={out}"),
    sources=("tools/go/flux-crds/*",),
    folder="tools/go/flux-crds",
    made_from=(CONTROLLER_GEN,),
)
FLUX_SCHEMAS = Artifact(
    name="flux-schemas",
    output="schemas/flux",
    command=("{python}", "-m", "tools.crd_schemas", "{store}/crds", "{out}"),
    sources=("tools/crd_schemas.py",),
    made_from=(CRDS,),
)

CLUSTER_CRDS = Artifact(
    name="cluster-crds",
    output="cluster/crds",
    command=("{python}", "-m", "tools.cluster_crds", "{out}"),
    sources=("tools/cluster_crds.py", "tools/go/cluster/go.mod"),
)

VALIDATION_CRDS = Artifact(
    name="validation-crds",
    output="cluster/validation-crds",
    command=("{python}", "-m", "tools.validation_crds", "{out}"),
    sources=(
        "tools/validation_crds.py",
        "tools/validation_schemas.py",
        "tools/go/addon-crds/*",
        "tools/go/flux-crds/*",
    ),
)

FLUX_CLI = Artifact(
    name="flux",
    output="bin/flux",
    command=("{python}", "../../flux_cli.py", "{out}"),
    sources=("tools/flux_cli.py", "tools/go/flux/go.*"),
    folder="tools/go/flux",
    chatter=GO_PROGRESS,
)

CLUSTER_PROGRAMS = ("nft", "runc")
"""Those of Debian's that only a cluster needs."""

ARTIFACTS = (
    program("helm", "helm.sh/helm/v4/cmd/helm", "helm", version="helm.sh/helm/v4/internal/version.version"),
    program("podsecurity", ".", "podsecurity"),
    program("goyaml", ".", "goyaml"),
    program("envsubst", ".", "envsubst"),
    program("regbench", ".", "regbench"),
    program("distribution", "github.com/distribution/distribution/v3/cmd/registry", "registry"),
    program("versitygw", "github.com/versity/versitygw/cmd/versitygw", "versitygw", version="main.Version"),
    program("light", "github.com/yannh/kubeconform/cmd/kubeconform", "kubeconform", version="main.version"),
    program("light", "sigs.k8s.io/kustomize/kustomize/v5", "kustomize"),
    program("light", "github.com/google/go-containerregistry/cmd/crane", "crane"),
    program("light", "github.com/regclient/regclient/cmd/regctl", "regctl"),
    program("light", "oras.land/oras/cmd/oras", "oras"),
    program("light", "github.com/olareg/olareg/cmd/olareg", "olareg"),
    program("light", "github.com/opencontainers/distribution-spec/conformance", "oci-conformance"),
    CONTROLLER_GEN,
    CRDS,
    FLUX_SCHEMAS,
    *(from_debian(name) for name in debian.PACKAGES if name not in CLUSTER_PROGRAMS),
)
"""What every test needs, each after what it is made from."""

GROUPS = {"e2e": (cluster(), CLUSTER_CRDS, VALIDATION_CRDS, FLUX_CLI, *map(from_debian, CLUSTER_PROGRAMS))}
"""What is built only when it is asked for by name, after all the rest."""


def main(groups: list[str]) -> int:
    """Build what is missing or stale, and return the exit status: 0, or 2 when something cannot be built."""
    try:
        wanted = [*ARTIFACTS, *(artifact for group in groups for artifact in GROUPS[group])]
        with locked(STORE / "build.lock"):
            build(wanted)
    except KeyError as unknown:
        print(f"There is no group {unknown} of tools, only: {', '.join(GROUPS)}.", file=sys.stderr)
        return 2
    except (BuildProblem, golang.GoProblem) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def build(artifacts: Sequence[Artifact]) -> None:
    """Build what is missing or stale of these, with a line for each."""
    go = golang.find(golang.needed(MODULES), GO_WHEEL, STORE)
    workplace = Workplace(ROOT, STORE, go.environment(), (go.version,))
    stale = 0
    for artifact in artifacts:
        if workplace.is_current(artifact):
            continue
        stale += 1
        start = time.monotonic()
        workplace.make(artifact)
        print(f"built {artifact.name:15} {time.monotonic() - start:6.1f} s", file=sys.stderr, flush=True)
    print(f".tools: {len(artifacts) - stale} of {len(artifacts)} were up to date ({go.version})", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
