"""The examples of whole repositories, in a repository of a story, and what else they need in the cluster."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.support.tools import ROOT, built


def copy_example(example: str, into: Path, changes: Mapping[str, str]) -> None:
    """Copy an example to a directory. `changes` are texts that the test bed has in place of those of the example."""
    source = ROOT / "examples" / example
    for path in (path for path in source.rglob("*") if path.is_file()):
        copy = into / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
        if path.suffix == ".yaml":
            replace(copy, changes)


def replace(path: Path, changes: Mapping[str, str]) -> None:
    """Replace texts in a file, in their order."""
    text = path.read_text("utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def definition(group: str, name: str) -> str:
    """A definition of a custom resource, as upstream publishes it. `group` is its file of those of `validate`."""
    text = (built("cluster/validation-crds") / f"{group}.yaml").read_text("utf-8")
    found = (json.dumps(each) for each in yaml.load_all(text, yaml.CSafeLoader) if each["metadata"]["name"] == name)
    return next(found)
