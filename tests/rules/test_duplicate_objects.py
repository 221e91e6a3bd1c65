"""duplicate-object finds what kustomize refuses, and nothing else, in random trees of kustomization files."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from registry_gitops.documents import find_files, read_file
from registry_gitops.repository import FluxRepository, find_scope
from registry_gitops.rules.manifests.references import duplicate_object

API_VERSIONS: Final = {
    "ConfigMap": "v1",
    "Namespace": "v1",
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "Custom": "example.com/v1",
}
REFUSALS: Final = ("already registered id", "ID conflict")


def write_tree(chance: random.Random) -> list[Path]:
    """Write directories, each with objects and with some of the directories before it; return those to build."""
    roots: list[Path] = []
    components: set[str] = set()
    for number in range(chance.randint(2, 5)):
        folder = Path(f"d{number}")
        folder.mkdir()
        resources = [write_object(folder / f"{index}.yaml", chance) for index in range(chance.randint(0, 2))]
        before = [f"../d{other}" for other in range(number) if chance.random() < 0.5]
        is_component = number > 0 and chance.random() < 0.25
        if is_component:
            components.add(f"../d{number}")
        else:
            roots.append(folder)
        lines = [
            f"apiVersion: kustomize.config.k8s.io/{'v1alpha1' if is_component else 'v1beta1'}",
            f"kind: {'Component' if is_component else 'Kustomization'}",
            *([f"namespace: {chance.choice(['one', 'two'])}"] if chance.random() < 0.4 else []),
            f"resources: [{', '.join([*resources, *(each for each in before if each not in components)])}]",
            f"components: [{', '.join(each for each in before if each in components)}]",
        ]
        (folder / "kustomization.yaml").write_text("\n".join(lines))
    return roots


def write_object(path: Path, chance: random.Random) -> str:
    kind, namespace = chance.choice(list(API_VERSIONS)), chance.choice(["", "default", "one", "two"])
    metadata = f"name: {chance.choice('ab')}"
    if namespace and kind in {"ConfigMap", "Custom"}:
        metadata += f", namespace: {namespace}"
    path.write_text(f"{{apiVersion: {API_VERSIONS[kind]}, kind: {kind}, metadata: {{{metadata}}}}}")
    return path.name


def below(folder: str) -> set[str]:
    """Return a directory, and those that are built with it."""
    named = re.findall(r"\.\./(d\d)", Path(folder, "kustomization.yaml").read_text())
    return {folder}.union(*map(below, named))


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(24))
def test_kustomize_refuses_the_same_trees(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: Callable[[str], str]
) -> None:
    monkeypatch.chdir(tmp_path)
    roots = write_tree(random.Random(seed))
    documents = [document for file in find_files(["."]) for document in read_file(file).documents]
    repository = FluxRepository(documents, *find_scope(["."]))
    told = {Path(subject.source.name).parent.name for subject, _ in duplicate_object(repository)}  # type: ignore[union-attr]
    for root in roots:
        built = subprocess.run([tool("kustomize"), "build", root], check=False, capture_output=True, text=True)
        is_refused = any(words in built.stderr for words in REFUSALS)
        assert built.returncode == 0 or is_refused, built.stderr
        assert is_refused == bool(told & below(root.name)), built.stderr
