"""Keep tools/schemas/kubernetes: JSON schemas of the Kubernetes kinds that we render, for kubeconform.

`python -m tools.kubernetes_schemas` makes them anew where they are stale; with `--check` it only says so (exit 1). They
are committed, because the package that they are taken from has 108 MB. Each version is a folder: `_definitions.json`,
one definition to a line, and a small file per kind that refers to it. Descriptions are left out, and so is `status`,
which no manifest has. `made-of.json` holds the digests of what they were made from and of what was made.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tools" / "schemas" / "kubernetes"
NOTE = FOLDER / "made-of.json"
REQUIREMENTS = ROOT / "requirements" / "schemas.txt"

VERSIONS = ("v1.34.0", "v1.35.0", "v1.36.0")
KINDS = (
    "configmap-v1",
    "deployment-apps-v1",
    "ingress-networking-v1",
    "namespace-v1",
    "persistentvolumeclaim-v1",
    "pod-v1",
    "secret-v1",
    "service-v1",
    "serviceaccount-v1",
)


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 fine, 1 stale under `--check`, 2 when the schemas cannot be made."""
    if note() == (json.loads(NOTE.read_text(encoding="utf-8")) if NOTE.exists() else None):
        return 0
    if "--check" in arguments:
        place = FOLDER.relative_to(ROOT)
        print(f"{place} is stale or edited by hand: `make generate` makes it anew.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as packages:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
        if subprocess.run([*pip, "--target", packages, "-r", str(REQUIREMENTS)]).returncode != 0:
            print(f"pip could not install {REQUIREMENTS.relative_to(ROOT)}.", file=sys.stderr)
            return 2
        write(Path(packages) / "kubernetes_validate" / "kubernetes-json-schema")
    return 0


def note() -> dict[str, str]:
    """Return the digest of each file that matters: the pin, this program, and what it makes."""
    files = [REQUIREMENTS, Path(__file__).resolve(), *sorted(FOLDER.glob("v*/*.json"))]
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def write(source: Path) -> None:
    """Make the folder anew from the package's schemas."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for version in VERSIONS:
        target = FOLDER / version
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
    NOTE.write_text(json.dumps(note(), indent=1) + "\n", encoding="utf-8")


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
