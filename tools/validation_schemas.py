"""Keep registry_gitops/validation/schemas/data: the schemas that `registry-gitops validate` carries.

`python -m tools.validation_schemas` makes them anew where they are stale; with `--check` it only says so (exit 1). They
are committed, because the packages and modules that they are taken from have 200 MB. Versions stand in
requirements/schemas.txt (Kubernetes) and in the go.mod of tools/go/flux-crds, addon-crds, and kustomize-types.
`made-of.json` holds the digests of what they were made from and of what was made.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from registry_gitops.validation import KUBERNETES_VERSIONS
from registry_gitops.validation.schemas import archive
from registry_gitops.validation.schemas.custom_resources import custom_resource_schemas
from tools import golang
from tools.committed import CommittedFolder

Schema = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
GO_WHEEL = ROOT / "requirements" / "go.txt"
REQUIREMENTS = ROOT / "requirements" / "schemas.txt"
GO = ROOT / "tools" / "go"
MODULES = ("addon-crds", "flux-crds", "kustomize-types")
SCHEMAS = CommittedFolder(
    ROOT,
    "registry_gitops/validation/schemas/data",
    (
        "requirements/schemas.txt",
        *(f"tools/go/{module}/*" for module in MODULES),
        "tools/validation_schemas.py",
        "registry_gitops/validation/schemas/custom_resources.py",
    ),
    generated="[!m]*",
)

CONTROLLER_GEN = "sigs.k8s.io/controller-tools/cmd/controller-gen"

GO_TYPES = {
    "flux": [
        ("flux-crds", f"github.com/fluxcd/{part}/...")
        for part in (
            "helm-controller/api",
            "image-automation-controller/api",
            "image-reflector-controller/api",
            "kustomize-controller/api",
            "notification-controller/api",
            "source-controller/api",
            "source-watcher/api/v2",
        )
    ],
    "prometheus": [
        ("addon-crds", f"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/{version}")
        for version in ("v1", "v1alpha1", "v1beta1")
    ],
}
"""Archive -> the packages whose types controller-gen reads, each after the folder of tools/go that pins it."""

FILES = {
    "cert-manager": ("github.com/cert-manager/cert-manager", "deploy/crds"),
    "external-secrets": ("github.com/external-secrets/external-secrets", "config/crds/bases"),
    "gateway": ("sigs.k8s.io/gateway-api", "config/crd/experimental"),
}
"""Archive -> the module of tools/go/addon-crds that has definitions as files, and their directory.

The experimental definitions of the Gateway API have all kinds and fields of the standard ones.
"""

FLUX_OPERATOR = "github.com/controlplaneio-fluxcd/flux-operator@v0.59.0"
"""A module that no go.mod can name, because it asks for a Go that is newer than that of the tools."""

WIDENED_BY_FLUX_OPERATOR = ("FluxInstance", "ResourceSet", "ResourceSetInputProvider")
"""Kinds that Flux Operator adds to the enums of Flux's definitions."""


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 fine, 1 stale under `--check`, 2 when the schemas cannot be made."""
    return SCHEMAS.update(arguments, make)


def make(folder: Path) -> int:
    """Write the archives into `folder`, and the index of API groups; return the exit status."""
    with tempfile.TemporaryDirectory() as temporary:
        try:
            archives = {archive.KUBERNETES: kubernetes(Path(temporary)), **dict(Collection(Path(temporary)).archives())}
        except (golang.GoProblem, subprocess.CalledProcessError) as problem:
            print(f"{problem}\n{SCHEMAS.folder} cannot be made.", file=sys.stderr)
            return 2
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    groups: dict[str, str] = {}
    for name, lines in archives.items():
        archive.pack(folder / name, lines)
        groups |= {kind.rpartition("/")[0]: name for kind, _, _ in lines if " " in kind}
    (folder / "groups.json").write_text(json.dumps(groups, sort_keys=True, indent=1) + "\n", encoding="utf-8")
    return 0


def kubernetes(workplace: Path) -> list[tuple[str, str, str]]:
    """Return the definitions of all versions of Kubernetes; one that several versions have alike is there once."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--target", workplace / "packages", "-r", REQUIREMENTS], check=True)
    versions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for version in KUBERNETES_VERSIONS:
        source = workplace / "packages/kubernetes_validate/kubernetes-json-schema" / f"v{version}.0-local-strict"
        definitions = json.loads((source / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
        kept = dict(kinds(definitions))
        for name in closure(kept, definitions):
            kept[name] = lean(definitions[name])
        for name, schema in kept.items():
            versions[name, compact(schema)].append(version)
    everywhere = [*KUBERNETES_VERSIONS]
    return [(name, "" if found == everywhere else ",".join(found), text) for (name, text), found in versions.items()]


def kinds(definitions: dict[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """Yield `apiVersion Kind` and the schema of each kind that a manifest can have: it has `metadata` of its own."""
    for definition in definitions.values():
        of = definition.get("x-kubernetes-group-version-kind", [])
        properties = definition.get("properties", {})
        if len(of) != 1 or not properties.get("metadata", {}).get("$ref", "").endswith(".ObjectMeta"):
            continue
        api_version = "/".join(filter(None, (of[0]["group"], of[0]["version"])))
        schema = lean(definition)
        schema["properties"] |= {
            "apiVersion": {"type": "string", "enum": [api_version]},
            "kind": {"type": "string", "enum": [of[0]["kind"]]},
        }
        if "status" in properties:
            schema["properties"]["status"] = {"type": "object"}
        schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind", "metadata"} - {"status"})
        yield f"{api_version} {of[0]['kind']}", schema


KEPT = ("items", "additionalProperties", "required", "enum", "x-kubernetes-list-map-keys", "x-kubernetes-list-type")


def lean(node: Any) -> Any:
    """Return a schema without descriptions, whose integers have limits, and that takes no null.

    The package lets each field be null; a manifest is checked without its nulls, which are fields that are not there.
    """
    if isinstance(node, list):
        return [lean(child) for child in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": "#/definitions/" + node["$ref"].rpartition("/")[2]}
    result: Schema = {key: lean(node[key]) for key in KEPT if key in node}
    if "type" in node:
        types = node["type"] if isinstance(node["type"], list) else [node["type"]]
        result["type"] = next(each for each in types if each != "null")
    if "properties" in node:
        result["properties"] = {name: lean(field) for name, field in node["properties"].items()}
        if "protocol" in result["properties"]:
            result["properties"]["protocol"]["default"] = "TCP"
    if "oneOf" in node:
        # A string or a number: no value is both.
        result["anyOf"] = lean(node["oneOf"])
    return result | limits(node.get("format"))


def limits(form: str | None) -> Schema:
    """Return what a format of Kubernetes means in JSON Schema."""
    if form not in ("int32", "int64"):
        return {"format": form} if form == "date-time" else {}
    limit = 2 ** (int(form[3:]) - 1)
    return {"minimum": -limit, "maximum": limit - 1}


def closure(schemas: dict[str, Schema], definitions: dict[str, Schema]) -> set[str]:
    """Return the names of all definitions that the schemas refer to, directly or through others."""
    found: set[str] = set()
    pending = list(references(schemas))
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += references(definitions[name])
    return found


def references(node: Any) -> Iterator[str]:
    """Yield the names of the definitions that a schema refers to directly."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"].rpartition("/")[2]
    for child in children:
        yield from references(child)


class Collection:
    """The definitions of custom resources, and the schemas of kustomize's files, from modules of Go."""

    def __init__(self, workplace: Path) -> None:
        self._workplace = workplace
        self._go = golang.find(golang.needed(GO), GO_WHEEL, ROOT / ".tools")

    def archives(self) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
        """Yield the name of each archive with its lines."""
        for name, files in self.definitions():
            yield name, custom_resources(files)
        yield "kustomize", list(self._of_kustomize())

    def definitions(self) -> Iterator[tuple[str, Iterable[Path]]]:
        """Yield the name of each archive of custom resources with the files of their definitions."""
        for name, packages in GO_TYPES.items():
            yield name, self._from_types(name, packages)
        for name, (module, folder) in FILES.items():
            yield name, (self._module(module) / folder).glob("*.yaml")
        yield "flux-operator", (self._flux_operator() / "config/crd/bases").glob("*.yaml")

    def _run(self, module: str, *command: str | Path) -> str:
        return subprocess.check_output(command, cwd=GO / module, env=self._go.environment(), text=True)

    def _from_types(self, name: str, packages: Sequence[tuple[str, str]]) -> Iterator[Path]:
        output, program = self._workplace / name, self._workplace / "controller-gen"
        for module in {module for module, _ in packages}:
            paths = (f"paths={package}" for owner, package in packages if owner == module)
            self._run(module, "go", "build", "-buildvcs=false", "-trimpath", "-o", program, CONTROLLER_GEN)
            self._run(module, program, "crd:crdVersions=v1", *paths, f"output:crd:dir={output}")
        yield from output.glob("*.yaml")

    def _module(self, name: str) -> Path:
        self._run("addon-crds", "go", "mod", "download", name)
        return Path(self._run("addon-crds", "go", "list", "-m", "-f", "{{.Dir}}", name).strip())

    def _flux_operator(self) -> Path:
        go = golang.find((1, 27), GO_WHEEL, ROOT / ".tools")
        command = ("go", "mod", "download", "-json", FLUX_OPERATOR)
        done = subprocess.check_output(command, cwd=self._workplace, env=go.environment(), text=True)
        return Path(json.loads(done)["Dir"])

    def _of_kustomize(self) -> Iterator[tuple[str, str, str]]:
        for line in self._run("kustomize-types", "go", "run", ".").splitlines():
            schema = json.loads(line)
            names = (schema["properties"][key]["enum"][0] for key in ("apiVersion", "kind"))
            yield " ".join(names), "", compact(schema)


class Loader(yaml.CSafeLoader):
    """Reads `=`, a comparison of Alertmanager, as a string, as Go does."""

    yaml_constructors = yaml.CSafeLoader.yaml_constructors | {
        "tag:yaml.org,2002:value": yaml.CSafeLoader.construct_yaml_str
    }


def custom_resources(files: Iterable[Path]) -> list[tuple[str, str, str]]:
    """Return the lines of an archive of custom resources."""
    return [
        (f"{api_version} {kind}", "", compact(widened(schema)))
        for file in sorted(files)
        for definition in yaml.load_all(file.read_bytes(), Loader)
        if definition.get("kind") == "CustomResourceDefinition"
        for api_version, kind, schema in custom_resource_schemas(definition)
    ]


def widened(node: Any) -> Any:
    """Return a schema of Flux with the kinds that Flux Operator adds to an enum of kinds."""
    if isinstance(node, list):
        return [widened(child) for child in node]
    if not isinstance(node, dict):
        return node
    result = {key: widened(child) for key, child in node.items()}
    enum = node.get("enum")
    if isinstance(enum, list) and {"HelmRelease", "Kustomization"} <= set(enum):
        result["enum"] = [*enum, *WIDENED_BY_FLUX_OPERATOR]
    return result


def compact(schema: Schema) -> str:
    """Return a schema as JSON."""
    return json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
