"""Make JSON schemas for kubeconform out of CustomResourceDefinitions: `python -m tools.crd_schemas CRDS OUT`.

OUT/GROUP/KIND_VERSION.json describes what a person writes: a field that the definition does not name is refused, as
`kubectl --validate=strict` does, and so is `status`, which only the controller writes. Rules in CEL are left out: JSON
Schema has no word for them.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Schema = dict[str, Any]

LEFT_OUT = {
    "description",
    "x-kubernetes-int-or-string",  # stands beside an `anyOf` of both types
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",  # on nodes without properties, which JSON Schema leaves open anyway
    "x-kubernetes-validations",
}


def main(crds: Path, out: Path) -> None:
    """Write a schema for each version of each definition in the folder `crds`."""
    for file in sorted(crds.glob("*.yaml")):
        for path, schema in schemas(yaml.safe_load(file.read_text(encoding="utf-8"))):
            target = out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(schema, sort_keys=True) + "\n", encoding="utf-8")


def schemas(definition: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the path and the schema of each served version of one CustomResourceDefinition."""
    spec = definition["spec"]
    kind = spec["names"]["kind"].lower()
    for version in spec["versions"]:
        if version["served"]:
            written = dict(version["schema"]["openAPIV3Schema"])
            written["properties"] = {name: node for name, node in written["properties"].items() if name != "status"}
            schema = strict(written)
            # What metadata may hold is the API server's business and stands in no definition.
            schema["properties"]["metadata"] = {"type": "object"}
            schema["required"] = sorted({*schema.get("required", []), "apiVersion", "kind", "metadata"})
            schema["$schema"] = "http://json-schema.org/draft-07/schema#"
            yield f"{spec['group']}/{kind}_{version['name']}.json", schema


def strict(node: Schema) -> Schema:
    """Return a structural schema of Kubernetes as JSON Schema, closed wherever the API server would drop a field."""
    new = [key for key in node if key not in LEFT_OUT and (key.startswith("x-kubernetes-") or key == "nullable")]
    if "x-kubernetes-int-or-string" in node and "anyOf" not in node:
        new.append("x-kubernetes-int-or-string")
    if new:
        raise ValueError(f"A definition uses {', '.join(new)}: say in tools/crd_schemas.py what becomes of it.")
    result = {key: value for key, value in node.items() if key not in LEFT_OUT}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            result[key] = strict(node[key])
    # allOf, anyOf and oneOf stay as they are: they only narrow what the node around them describes, and closed, each
    # would refuse the fields of the others.
    if "properties" in node:
        result["properties"] = {name: strict(child) for name, child in node["properties"].items()}
        result.setdefault("additionalProperties", False)
    return result


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
