"""Config file to RegistryDeployment: registry.yaml, or a registry.py that defines `deployment`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from registry_gitops.codec import Node
from registry_gitops.deployment.config_text import ConfigText, read_config
from registry_gitops.deployment.problems import describe_errors
from registry_gitops.deployment.registry_deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding


@dataclass(frozen=True)
class LoadedConfig:
    """What is in a config file."""

    deployments: Mapping[str, RegistryDeployment]
    """Directory, from that of the config file -> its deployment. The directory of a single `deployment` is ""."""
    sources: Mapping[Path, bytes]
    """The YAML files that were read, the config file first; none for a program, which can read anything."""


def load_config_file(path: Path, bases: dict[Path, ConfigText] | None = None) -> LoadedConfig:
    """Do what `load` does, also for a Python file that defines `deployments`. `bases` is that of `read_config`."""
    if path.suffix == ".py":
        # Imported here, because most config files are YAML: it takes 3 ms.
        from registry_gitops.deployment.program_deployments import load_program

        return LoadedConfig(load_program(path), {})
    content = read_config(path, bases)
    return LoadedConfig({"": _validate(content.node)}, content.sources)


def load(path: Path | str) -> RegistryDeployment:
    """Return the deployment of a config file: YAML (or JSON), or a Python file (.py) that defines `deployment`.

    A YAML file whose key `extends` is the path of another one is merged over it. A Python file can import the modules
    next to it, and those in the directories above it, up to the root of its Git repository, nearest first. They are
    imported anew for each call. Raises InputError with every problem and its location, and for a Python file that
    defines several `deployments`.
    """
    path = Path(path)
    deployments = load_config_file(path).deployments
    if "" not in deployments:
        raise InputError.single("defines several `deployments`, and this needs one", path)
    return deployments[""]


def locate_findings(path: Path | str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with the config file, and the line and column of their keys, if it is YAML.

    A key that is not in the file gets the position of the section that it belongs to. Raises InputError as `load` does.
    """
    path, findings = Path(path), tuple(findings)
    is_parsed = path.suffix != ".py" and not all(finding.location.file for finding in findings)
    node = read_config(path).node if is_parsed else None
    return tuple(_locate(finding, path, node) for finding in findings)


def _locate(finding: Finding, path: Path, root: Node | None) -> Finding:
    if finding.location.file:
        return finding
    node = _find_node(root, finding.location.key) if root else None
    file, line, column = (node.file, node.line, node.column) if node and node is not root else (str(path), None, None)
    return replace(finding, location=replace(finding.location, file=file, line=line, column=column))


def _find_node(node: Node, key: str) -> Node:
    """Return the node of a key such as values.tolerations[0].key, or the last node on the way that exists."""
    for step, child in node.children.items():
        name = f"[{step}]" if isinstance(step, int) else step
        rest = key.removeprefix(name)
        if key.startswith(name) and (not rest or rest[0] in ".["):
            return _find_node(child, rest.removeprefix("."))
    return node


def _validate(node: Node) -> RegistryDeployment:
    try:
        return RegistryDeployment.model_validate(node.value, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InputError(describe_errors(error, node)) from None
