"""One run: files to documents, documents to objects, objects to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from registry_gitops.documents import Manifest, Problem, find_files, read_file
from registry_gitops.findings import Finding
from registry_gitops.forking import map_in_processes
from registry_gitops.repository import FluxRepository, find_scope
from registry_gitops.rules import RULES, ManifestSearch, find_refusals
from registry_gitops.validation.builds import build_all, find_in_builds
from registry_gitops.validation.charts import HELM_RELEASE, find_chart_problems
from registry_gitops.validation.descriptions import add_descriptions, find_descriptions, find_programs
from registry_gitops.validation.examination import Examination, count_of
from registry_gitops.validation.locating import Located, locate, locate_in_text
from registry_gitops.validation.schemas import SchemaChecks
from registry_gitops.validation.suppressions import apply_suppressions
from registry_gitops.validation.validation_options import ValidationOptions

_CHECKS_PER_PROCESS: Final = 4000
_FINDINGS_PER_PROCESS: Final = 1000
"""Less is done in one process: forks copy the memory that they touch, which takes as long."""


def examine(
    paths: Sequence[str],
    options: ValidationOptions | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Examination:
    """Read the files, and the YAML files below the directories, and check everything in them. `-` is stdin.

    `progress` is told each step of a long run. Raises InputError for a path or an option that cannot be used.
    """
    options = options or ValidationOptions()
    names = list(find_files(paths))
    progress(f"reading {count_of(len(names), 'file')}")
    files = list(map(read_file, names))  # not in forks: to copy documents takes as long as to read them
    repository = FluxRepository(
        [document for file in files for document in file.documents],
        *find_scope(paths),
        unread=[file.source.text for file in files if file.problems or not file.documents],
    )
    progress(f"checking {count_of(len(repository.manifests), 'object')}")
    check = _Check(repository, options)
    problems = map_in_processes(check.manifest, repository.manifests, options.jobs, least=_CHECKS_PER_PROCESS)
    located = [
        Located(rule_id, manifest, problem)
        for manifest, found in zip(repository.manifests, problems, strict=True)
        for rule_id, problem in found
    ]
    located += check.whole()
    findings = list(map_in_processes(locate, located, options.jobs, least=_FINDINGS_PER_PROCESS))
    findings += (
        locate_in_text(file.source, found)
        for file in files
        for found in file.problems
        if options.reports(found.rule_id)
    )
    progress("building overlays")
    builds = build_all(repository, options.jobs)
    findings += (each for each in find_in_builds(builds, check.built, findings) if options.reports(each.id))
    descriptions = find_descriptions(repository)
    if descriptions:
        progress("checking config files")
    findings = add_descriptions(findings, descriptions, repository, options.jobs)
    findings = [each for each in findings if options.reports(each.id)]
    findings = list(apply_suppressions(findings, (file.source for file in files), options.reports))
    return Examination(
        findings=tuple(sorted(findings, key=_order)),
        files=len(names),
        objects=len(repository.manifests),
        config_files=len(descriptions),
        unknown_kinds=check.schemas.unknown_kinds,
        remarks=(*builds.remarks, *find_programs(repository)),
    )


class _Check:
    """The layers of one run, each a function from objects to problems."""

    def __init__(self, repository: FluxRepository, options: ValidationOptions) -> None:
        self._repository = repository
        self._options = options
        self._searches: dict[str, Sequence[tuple[str, ManifestSearch]]] = {}
        self.schemas = SchemaChecks(repository, options.kubernetes_version, options.schemas)

    def manifest(self, manifest: Manifest) -> list[tuple[str, Problem]]:
        """Return what is wrong with one object, each with the id of its rule."""
        return [found for found in self._in_manifest(manifest) if self._options.reports(found[0])]

    def whole(self) -> list[Located]:
        """Return what is wrong with all objects together."""
        return [found for found in self._in_repository() if self._options.reports(found.rule_id)]

    def built(self, manifest: Manifest) -> Iterator[Located]:
        """Yield what is wrong with an object of a build."""
        yield from (Located(rule_id, manifest, problem) for rule_id, problem in self._in_manifest(manifest))
        if manifest.group_kind == HELM_RELEASE:
            found = find_chart_problems(self._repository, self._options.charts, [manifest])
            yield from (Located(*each) for each in found)

    def _in_manifest(self, manifest: Manifest) -> Iterator[tuple[str, Problem]]:
        yield from find_refusals(manifest)
        yield from self.schemas.check_manifest(manifest)
        for rule_id, search in self._searches_of(manifest.group_kind):
            # A plain loop: a generator for each of 30 searches takes longer than most of them.
            for problem in search(manifest, self._repository):
                yield rule_id, problem

    def _searches_of(self, group_kind: str) -> Sequence[tuple[str, ManifestSearch]]:
        if group_kind not in self._searches:
            self._searches[group_kind] = [
                (rule.id, rule.manifest)
                for rule in RULES
                if rule.manifest and (not rule.kinds or group_kind in rule.kinds) and self._options.reports(rule.id)
            ]
        return self._searches[group_kind]

    def _in_repository(self) -> Iterator[Located]:
        yield from (Located(*found) for found in self.schemas.check_documents())
        yield from (Located(*found) for found in find_chart_problems(self._repository, self._options.charts))
        for rule in RULES:
            if rule.repository:
                yield from (
                    Located(rule.id, subject, problem) for subject, problem in rule.repository(self._repository)
                )


def _order(finding: Finding) -> tuple[str, int, int]:
    return finding.location.file or "", finding.location.line or 0, finding.location.column or 0
