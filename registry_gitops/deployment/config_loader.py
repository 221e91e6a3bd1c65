"""Config file to RegistryDeployment: registry.yaml, or a registry.py that defines `deployment`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from registry_gitops.codec import Node
from registry_gitops.deployment.config_text import read_config, read_config_text
from registry_gitops.deployment.problems import describe_errors
from registry_gitops.deployment.registry_deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location

if TYPE_CHECKING:
    from registry_gitops.deployment.program import ProgramError


@dataclass(frozen=True)
class LoadedConfig:
    """What is in a config file."""

    deployment: RegistryDeployment
    sources: Mapping[Path, bytes]
    """The YAML files that were read, the config file first; none for a program, which can read anything."""


def load_config_file(path: Path) -> LoadedConfig:
    """Do what `load` does, and return what was read too."""
    if path.suffix == ".py":
        return LoadedConfig(_from_python(path), {})
    sources: dict[Path, bytes] = {}
    return LoadedConfig(_from_yaml(path, sources), sources)


def load(path: Path | str) -> RegistryDeployment:
    """Return the deployment of a config file: YAML (or JSON), or a Python file (.py) that defines `deployment`.

    A YAML file whose key `extends` is the path of another one is merged over it. A Python file can import the modules
    next to it, and those in the directories above it, up to the root of its Git repository, nearest first. They are
    imported anew for each call. Raises InputError with every problem, each with its location.
    """
    return load_config_file(Path(path)).deployment


def locate_findings(path: Path | str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with the config file, and the line and column of their keys, if it is YAML.

    A key that is not in the file gets the position of the section that it belongs to. Raises InputError as `load` does.
    """
    path, findings = Path(path), tuple(findings)
    is_parsed = path.suffix != ".py" and not all(finding.location.file for finding in findings)
    node = read_config(path) if is_parsed else None
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


def _from_yaml(path: Path, sources: dict[Path, bytes]) -> RegistryDeployment:
    node = read_config(path, sources)
    try:
        return RegistryDeployment.model_validate(node.value, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InputError(describe_errors(error, node)) from None


def _from_python(path: Path) -> RegistryDeployment:
    # Imported here, because most config files are YAML: it takes 3 ms.
    from registry_gitops.deployment.program import ProgramError, run_program

    read_config_text(path)  # which says what is wrong with a file that cannot be read, as for YAML
    try:
        deployment = run_program(path).get("deployment")
    except ProgramError as error:
        raise _program_error(error) from None
    if not isinstance(deployment, RegistryDeployment):
        raise InputError.single("defines no `deployment`: assign a RegistryDeployment to that name", path)
    try:
        return deployment.revalidated()  # A program can bypass the validators, by `model_copy` or `model_construct`.
    except InputError as error:
        raise error.in_file(path) from None


def _program_error(error: ProgramError) -> InputError:
    match error.cause:
        case SyntaxError(msg=message) if error.column is not None:
            return InputError.single(
                f"not valid Python: {message}", error.file, error.line, error.column, finding_id="syntax-error"
            )
        case ValidationError() as cause:
            location = Location(error.file, error.line)
            return InputError(
                replace(finding, location=replace(location, key=finding.location.key))
                for finding in describe_errors(cause)
            )
        case cause:
            raised = ": ".join(part for part in (type(cause).__name__, str(error)) if part)
            message = f"{Path(error.file).name} raised {raised}{_rename(cause, error.file)}"
            return InputError.single(message, error.file, error.line, finding_id="python-error")


def _rename(cause: BaseException, file: str) -> str:
    """Return the remedy if a module next to `file` has a name of the standard library, whose modules stay loaded."""
    name = cause.name if isinstance(cause, ImportError) else None
    if name not in sys.stdlib_module_names or not Path(file).with_name(f"{name}.py").is_file():
        return ""
    return f": rename {name}.py, because the standard library has a module of this name"
