"""One run: files to documents, documents to objects, objects to findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from registry_gitops.documents import Manifest, Problem, SourceFile, YAMLDocument, find_files, read_documents
from registry_gitops.findings import Finding, Location
from registry_gitops.repository import FluxRepository, find_scope
from registry_gitops.rules import RULES, ManifestSearch, find_refusals
from registry_gitops.validate.validation_options import ValidationOptions


@dataclass
class Examination:
    """What a run looked at, and what it found."""

    findings: tuple[Finding, ...] = ()
    files: int = 0
    objects: int = 0
    unknown_kinds: dict[str, int] = field(default_factory=dict)
    """Kinds without a schema -> how many objects have it."""
    remarks: tuple[str, ...] = ()
    """What could not be looked at, and why: a sentence each, without a period."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How much was looked at, and what could not be: a sentence each, without a period."""
        unknown = ", ".join(f"{kind} ({count})" for kind, count in sorted(self.unknown_kinds.items()))
        looked_at = f"{count_of(self.files, 'file')} with {count_of(self.objects, 'object')}"
        return (
            looked_at,
            *([f"without a schema, and so not compared with one: {unknown}"] if unknown else []),
            *self.remarks,
        )


def count_of(count: int, noun: str) -> str:
    """Return a number with its noun: 1 file, 2 files."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def examine(
    paths: Sequence[str],
    options: ValidationOptions | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Examination:
    """Read the files, and the YAML files below the directories, and check everything in them. `-` is stdin.

    `progress` is told each step of a long run. Raises InputError for a path or an option that cannot be used.
    """
    options = options or ValidationOptions()
    progress("reading")
    files = [SourceFile(name, FilePath(name).read_text("utf-8")) for name in find_files(paths)]
    documents = [document for file in files for document in read_documents(file)]
    repository = FluxRepository(documents, *find_scope(paths))
    progress(f"checking {count_of(len(files), 'file')}")
    findings = [_finding(*each) for each in _problems(repository) if options.reports(each[0])]
    return Examination(tuple(sorted(findings, key=_order)), len(files), len(repository.manifests))


def _problems(repository: FluxRepository) -> Iterator[tuple[str, Manifest | YAMLDocument, Problem]]:
    searches = _searches()
    for manifest in repository.manifests:
        yield from ((rule_id, manifest, problem) for rule_id, problem in find_refusals(manifest))
        for rule_id, search in (*searches.get(manifest.group_kind, ()), *searches[""]):
            yield from ((rule_id, manifest, problem) for problem in search(manifest, repository))
    for rule in RULES:
        if rule.repository:
            yield from ((rule.id, subject, problem) for subject, problem in rule.repository(repository))


def _searches() -> dict[str, list[tuple[str, ManifestSearch]]]:
    """Return the searches of each kind; those of all kinds under ""."""
    found: dict[str, list[tuple[str, ManifestSearch]]] = defaultdict(list)
    for rule in RULES:
        if rule.manifest:
            for kind in rule.kinds or [""]:
                found[kind].append((rule.id, rule.manifest))
    return found


def _finding(rule_id: str, subject: Manifest | YAMLDocument, problem: Problem) -> Finding:
    document, prefix = (subject.document, subject.path) if isinstance(subject, Manifest) else (subject, ())
    line, column = document.position((*prefix, *problem.path), on_key=problem.on_key)
    location = Location(
        document.source.name,
        line,
        column,
        _key(problem.path),
        subject.identity if isinstance(subject, Manifest) else "",
    )
    severity = problem.severity or _SEVERITIES[rule_id]
    return Finding(id=rule_id, message=problem.message, severity=severity, location=location, remedy=problem.remedy)


_SEVERITIES = {rule.id: rule.severity for rule in RULES}


def _key(path: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _order(finding: Finding) -> tuple[str, int, int]:
    return finding.location.file or "", finding.location.line or 0, finding.location.column or 0
