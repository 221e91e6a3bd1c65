"""Config files of ours in the repository: what `render` finds in them, and which rendered files are not up to date."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final

from registry_gitops.documents import Role, YAMLDocument
from registry_gitops.errors import InputError
from registry_gitops.filenames import CHECKSUM_FILE, CONFIG_FILES, CONFIG_KEYS, SCHEMA_FILE
from registry_gitops.findings import Finding, Location
from registry_gitops.forking import map_in_processes
from registry_gitops.repository import FluxRepository

if TYPE_CHECKING:
    from registry_gitops.deployment import ConfigText, RegistryDeployment
    from registry_gitops.render import Plan

_YAML, _PROGRAM = CONFIG_FILES
_SOURCES: Final = ("git", "oci", "helm")
_SCHEMA_FILES: Final = (SCHEMA_FILE, "docs/registry.schema.json")
_LEAST_PER_PROCESS: Final = 16
"""Config files for which a process is worth its start."""
_HEAD: Final = 400
"""Characters at the beginning of a file in which the comment for editors names its schema."""


@dataclass(frozen=True)
class _Checked:
    """What was found in one config file."""

    findings: tuple[Finding, ...]
    directory: FilePath | None = None
    """Directory of the rendered files, if they are up to date."""
    switched_off: frozenset[str] = frozenset()
    """Ids of the rules that the config file switches off."""
    outside: frozenset[FilePath] = frozenset()
    """The rendered files that are elsewhere."""

    def has(self, finding: Finding) -> bool:
        """Return whether a finding is in a file of the directory, or in a rendered file that is elsewhere."""
        file = FilePath(finding.location.file or "").absolute()
        return file.parent == self.directory or file in self.outside


def find_descriptions(repository: FluxRepository) -> list[YAMLDocument]:
    """Return the config files of ours, without those that others extend, unless files were rendered from them too.

    What is wrong in one that is left out is found in those that extend it.
    """
    found = [(FilePath(each.source.name), each) for each in repository.documents if _is_description(each)]
    if not found:
        return []
    # Imported here, because most runs find no config file.
    from registry_gitops.deployment import find_extended

    extended = find_extended({path: _find_extends(each) for path, each in found})
    return [each for path, each in found if path not in extended or _is_rendered(path)]


def _find_extends(document: YAMLDocument) -> str:
    base = document.value.get("extends")
    return base if isinstance(base, str) else ""


def _is_rendered(config: FilePath) -> bool:
    return (config.parent / CHECKSUM_FILE).is_file()


def add_descriptions(
    findings: Iterable[Finding], descriptions: Sequence[YAMLDocument], repository: FluxRepository, jobs: int
) -> list[Finding]:
    """Return the findings with those in config files, which at most `jobs` processes check.

    What is found in a config file is not told again in the files that were rendered from it, and the rules that it
    switches off are off there too. An error there is told instead of the warning for the same thing.
    """
    if not descriptions:
        return list(findings)
    check = functools.partial(_check, repository=repository, bases={})
    checked = list(map_in_processes(check, descriptions, jobs, least=_LEAST_PER_PROCESS))
    kept = [finding for finding in findings if not any(_is_told(finding, each) for each in checked)]
    # A text that cannot be read has been reported by the reader of all files.
    places = {(finding.location.file, finding.location.line) for finding in kept}
    # Two config files that extend one have the same problem in it.
    new = dict.fromkeys(finding for each in checked for finding in each.findings if not _is_found(finding, each, kept))
    return [*kept, *(each for each in new if (each.location.file, each.location.line) not in places)]


def find_programs(repository: FluxRepository) -> tuple[str, ...]:
    """Return a remark for each config file that is a program: it is not run."""
    names = {document.source.name for document in repository.documents}
    folders = {FilePath(folder) for folder in {name[: name.rfind("/") + 1] for name in names}}
    rendered = [folder for folder in folders if (folder / CHECKSUM_FILE).is_file()]
    programs = {folder / _PROGRAM for each in rendered for folder in (each, each.parent)}
    return tuple(
        f"{program} is not run: check it with `registry-gitops render {program} --check`"
        for program in sorted(programs)
        if program.is_file()
    )


def _is_description(document: YAMLDocument) -> bool:
    """Whether a document is a config file of ours for certain: many files are called registry.yaml."""
    value = document.value
    if document.role not in (Role.DESCRIPTION, Role.OTHER) or not isinstance(value, dict):
        return False
    path = FilePath(document.source.name)
    if any(f"{name}\n" in document.text[:_HEAD] for name in _SCHEMA_FILES):
        return True
    source = value.get("source")
    kind = source.get("type") if isinstance(source, dict) else None
    is_shaped = (kind in _SOURCES or "extends" in value) and CONFIG_KEYS.issuperset(value)
    return path.name == _YAML and (is_shaped or _is_rendered(path))


def _check(document: YAMLDocument, repository: FluxRepository, bases: dict[FilePath, ConfigText]) -> _Checked:
    # Imported here, because only a config file needs the models: they take 200 ms.
    from registry_gitops.deployment import load_config_file, locate_findings

    path = FilePath(document.source.name)
    try:
        deployment = load_config_file(path, bases).deployments[""]
        findings, plan = _compare(deployment, path, repository)
        located = locate_findings(path, findings)
    except InputError as error:
        return _Checked(locate_findings(path, error.in_file(path).findings))
    switched_off = frozenset(deployment.switched_off_rules)
    if plan is None:
        return _Checked(located, switched_off=switched_off)
    if plan.pending:
        return _Checked((*located, *_stale_files(path, plan)))
    directory = plan.directory.absolute()
    files = (plan.path_of(change).absolute() for change in plan.changes)
    outside = frozenset(file for file in files if not file.is_relative_to(directory))
    return _Checked(located, directory, switched_off, outside)


def _compare(
    deployment: RegistryDeployment, path: FilePath, repository: FluxRepository
) -> tuple[tuple[Finding, ...], Plan | None]:
    """Return the findings in a deployment, and how its rendered files differ; None if there are none."""
    from registry_gitops.render import check_loaded
    from registry_gitops.rules import lint

    directory = _output_directory(deployment, path, repository)
    return check_loaded(deployment, directory) if directory else (lint(deployment), None)


def _output_directory(deployment: RegistryDeployment, path: FilePath, repository: FluxRepository) -> FilePath | None:
    """Return the directory that a config file was rendered to: next to it, below it, or where its source says."""
    from registry_gitops.deployment import GitSource

    source = deployment.source
    named = source.path if isinstance(source, GitSource) and source.is_path_used else None
    candidates = [path.parent, *sorted(each.parent for each in path.parent.glob(f"*/{CHECKSUM_FILE}"))]
    if named and repository.root:
        root = FilePath(repository.root) / named
        candidates = [each for each in candidates if each.absolute() == root] or [root]
    rendered = [each for each in candidates if (each / CHECKSUM_FILE).is_file()]
    return rendered[0] if len(rendered) == 1 else None


def _stale_files(path: FilePath, plan: Plan) -> Iterator[Finding]:
    """Yield the files that differ, those of a directory with the same message as one finding."""
    from registry_gitops.render import ConfigResult, find_stale_files

    found: dict[tuple[FilePath, str], list[Finding]] = {}
    for finding in find_stale_files(ConfigResult(path, plan=plan)):
        file = FilePath(str(finding.location.file))
        is_inside = file.is_relative_to(plan.directory)
        place = plan.directory / file.relative_to(plan.directory).parts[0] if is_inside else file
        found.setdefault((place, finding.message), []).append(finding)
    for (place, message), group in found.items():
        is_many = len(group) > 1
        shown = f"{message} ({len(group)} files)" if is_many else message
        yield replace(group[0], message=shown, location=Location(str(place)) if is_many else group[0].location)


def _is_told(finding: Finding, checked: _Checked) -> bool:
    """Whether a finding in a rendered file is one of the config file, or of a rule that it switches off."""
    if not checked.has(finding):
        return False
    if finding.id in {id_ for off in checked.switched_off for id_ in (off, _id_in_manifests(off))}:
        return True
    keys: Sequence[str] = [each.location.key for each in checked.findings if each.id == finding.id]
    same = [each for each in checked.findings if _id_in_manifests(each.id) == finding.id]
    is_same = any(each.is_error or not finding.is_error for each in same)
    return is_same or any(f".{finding.location.key}".endswith(f".{key}") for key in keys)


def _is_found(finding: Finding, checked: _Checked, others: Sequence[Finding]) -> bool:
    """Whether a finding in a config file is one of those in the rendered files."""
    id_ = _id_in_manifests(finding.id)
    return any(other.id == id_ and checked.has(other) for other in others)


def _id_in_manifests(id_: str) -> str:
    """Return the id of the rule that finds in rendered files what this rule finds in a config file, or ""."""
    from registry_gitops.rules import DEPLOYMENT_RULES

    return next((rule.found_in_manifests for rule in DEPLOYMENT_RULES if rule.id == id_), "")
