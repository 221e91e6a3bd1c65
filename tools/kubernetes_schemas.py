"""Keep tools/schemas/kubernetes: JSON schemas of the Kubernetes kinds that we render, for kubeconform.

`python -m tools.kubernetes_schemas` makes them anew where they are stale; with `--check` it only says so (exit 1). They
are committed, because the package that they are taken from has 108 MB. Each version is a folder: `_definitions.json`,
one definition to a line, and a small file per kind that refers to it. Descriptions are left out, and so is `status`,
which no manifest has. `made-of.json` holds the digests of what they were made from and of what was made.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.committed import CommittedFolder

Schema = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "schemas.txt"
SCHEMAS = CommittedFolder(ROOT, "tools/schemas/kubernetes", ("requirements/schemas.txt", "tools/kubernetes_schemas.py"))

VERSIONS = ("v1.34.0", "v1.35.0", "v1.36.0")
KINDS = (
    "configmap-v1",
    "cronjob-batch-v1",
    "deployment-apps-v1",
    "horizontalpodautoscaler-autoscaling-v2",
    "ingress-networking-v1",
    "job-batch-v1",
    "namespace-v1",
    "networkpolicy-networking-v1",
    "persistentvolumeclaim-v1",
    "pod-v1",
    "poddisruptionbudget-policy-v1",
    "role-rbac-v1",
    "rolebinding-rbac-v1",
    "secret-v1",
    "service-v1",
    "serviceaccount-v1",
)


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 fine, 1 stale under `--check`, 2 when the schemas cannot be made."""
    return SCHEMAS.update(arguments, make)


def make(folder: Path) -> int:
    """Install the package and write its schemas into `folder`; return the exit status."""
    with tempfile.TemporaryDirectory() as packages:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
        if subprocess.run([*pip, "--target", packages, "-r", str(REQUIREMENTS)]).returncode != 0:
            print(f"pip could not install {REQUIREMENTS.relative_to(ROOT)}.", file=sys.stderr)
            return 2
        write(Path(packages) / "kubernetes_validate" / "kubernetes-json-schema", folder)
    return 0


def write(source: Path, folder: Path) -> None:
    """Make the folder anew from the package's schemas."""
    shutil.rmtree(folder, ignore_errors=True)
    for version in VERSIONS:
        target = folder / version
        target.mkdir(parents=True)
        given = source / f"{version}-local-strict"
        definitions: dict[str, Schema] = json.loads((given / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
        used: set[str] = set()
        for kind in KINDS:
            schema = lean(json.loads((given / f"{kind}.json").read_text(encoding="utf-8")))
            schema["properties"].pop("status", None)
            schema["required"] = ["apiVersion", "kind", "metadata"]
            schema["$schema"] = "http://json-schema.org/draft-07/schema#"
            used |= closure(schema, definitions)
            (target / f"{kind}.json").write_text(json.dumps(schema, sort_keys=True) + "\n", encoding="utf-8")
        lines = (f"{json.dumps(name)}: {json.dumps(lean(definitions[name]), sort_keys=True)}" for name in sorted(used))
        text = '{"$defs": {\n' + ",\n".join(lines) + "\n}}\n"
        (target / "_definitions.json").write_text(text, encoding="utf-8")


def lean(node: Any) -> Any:
    """Return a schema without descriptions and extensions, whose references lead to `_definitions.json` beside it.

    Its `$id` goes too, for it would make a relative reference a reference to the web.
    """
    if isinstance(node, list):
        return [lean(child) for child in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": "_definitions.json#/$defs/" + node["$ref"].rpartition("/")[2]}
    result: Schema = {}
    for key, child in node.items():
        if key == "properties":
            result[key] = {name: lean(field) for name, field in child.items()}
        elif key not in {"$id", "description"} and not key.startswith("x-kubernetes-"):
            result[key] = lean(child)
    return result


def closure(schema: Schema, definitions: dict[str, Schema]) -> set[str]:
    """Return the names of all definitions that a schema refers to, directly or through others."""
    found: set[str] = set()
    pending = list(references(schema))
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += references(definitions[name])
    return found


def references(node: Any) -> Iterator[str]:
    """Yield the names of the definitions that a schema refers to directly."""
    if isinstance(node, list):
        for child in node:
            yield from references(child)
    elif isinstance(node, dict):
        for key, child in node.items():
            if key == "$ref":
                yield child.rpartition("/")[2]
            else:
                yield from references(child)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
