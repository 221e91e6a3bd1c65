"""The deployments that a registry.py defines: `deployment`, or `deployments`, a mapping from their directories."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from pydantic import ValidationError

from registry_gitops.deployment.config_text import read_config_text
from registry_gitops.deployment.problems import describe_errors
from registry_gitops.deployment.program import ProgramError, run_program
from registry_gitops.deployment.registry_deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location
from registry_gitops.git_repository import find_work_tree
from registry_gitops.masking import show_key


def load_program(path: Path) -> dict[str, RegistryDeployment]:
    """Run a registry.py, and return its deployments by directory; the directory of a single `deployment` is "".

    Raises InputError with every problem.
    """
    read_config_text(path)  # which says what is wrong with a file that cannot be read, as for YAML
    try:
        defined = run_program(path)
    except ProgramError as error:
        raise _program_error(error) from None
    if "deployments" in defined:
        return _revalidate(_read_mapping(defined, path), path)
    deployment = defined.get("deployment")
    if not isinstance(deployment, RegistryDeployment):
        raise InputError.single("defines no `deployment`: assign a RegistryDeployment to that name", path)
    return _revalidate({"": deployment}, path)


def key_in_program(directory: str, key: str) -> str:
    """Return a key as a registry.py with several deployments has it, such as deployments["eu"].values.tls."""
    return ".".join(filter(None, (f'deployments["{show_key(directory)}"]', key))) if directory else key


def _read_mapping(defined: Mapping[str, Any], path: Path) -> dict[str, RegistryDeployment]:
    deployments = defined["deployments"]
    if "deployment" in defined:
        raise InputError.single("defines both `deployment` and `deployments`: remove one of them", path)
    if not isinstance(deployments, Mapping) or not deployments:
        message = "must be a mapping of directories to RegistryDeployments, with one entry at least"
        raise InputError.single(message, path, key="deployments")
    problems = [problem for entry in deployments.items() for problem in _entry_problems(*entry, path)]
    names = {name: os.path.normpath(name) for name in deployments} if not problems else {}
    twice = [name for name, place in names.items() if list(names.values()).count(place) > 1]
    problems += [_problem(path, str(name), "has the same directory as another one") for name in twice]
    if problems:
        raise InputError(problems)
    return {place.replace(os.sep, "/"): deployments[name] for name, place in names.items()}


def _entry_problems(name: object, deployment: object, path: Path) -> Iterator[Finding]:
    is_path = isinstance(name, str | PurePath) and str(name) and "\0" not in str(name)
    if not is_path or PurePath(str(name)).is_absolute():
        message = "must be the path of a directory from here, such as eu/production"
        yield _problem(path, str(name), message)
    elif _leaves_repository(path.parent, str(name)):
        yield _problem(path, str(name), "is outside of the Git repository, so Flux cannot read it: write fewer ../")
    if not isinstance(deployment, RegistryDeployment):
        yield _problem(path, str(name), "must be a RegistryDeployment")


def _leaves_repository(directory: Path, name: str) -> bool:
    root = find_work_tree(directory)
    return root is not None and not Path(os.path.normpath(directory.resolve() / name)).is_relative_to(root)


def _problem(path: Path, name: str, message: str) -> Finding:
    return Finding(id="invalid-value", message=message, location=Location(str(path), key=key_in_program(name, "")))


def _revalidate(deployments: Mapping[str, RegistryDeployment], path: Path) -> dict[str, RegistryDeployment]:
    """Return the deployments, validated anew: a program can bypass the validators, by `model_copy`."""
    valid, problems = {}, list[Finding]()
    for name, deployment in deployments.items():
        try:
            valid[name] = deployment.revalidated()
        except InputError as error:
            keys = {finding.location.key: key_in_program(name, finding.location.key) for finding in error.findings}
            problems += error.with_keys(keys).in_file(path).findings
    if problems:
        raise InputError(problems)
    return valid


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
