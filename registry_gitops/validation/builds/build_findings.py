"""What is wrong with the objects of builds, told at the files that they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from registry_gitops.documents import Manifest
from registry_gitops.findings import Finding
from registry_gitops.validation.builds.build import Build, BuiltObject
from registry_gitops.validation.builds.builder import Builds
from registry_gitops.validation.locating import Located, locate

Check = Callable[[Manifest], Iterable[Located]]
"""What is wrong with one object."""

_Place = tuple[str, str | None, object, object]


def find_in_builds(builds: Builds, check: Check, told: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what is wrong with the objects of builds and was not told of the files already, each place once."""
    seen = {place for finding in told for place in _places(finding, finding.location.file)}
    duplicates = {finding.location.file for finding in told if finding.id == "duplicate-object"}
    for document, problem in builds.refusals:
        if document.source.name not in duplicates:
            yield locate(Located("kustomize-build", document, problem))
    for build in builds.builds:
        for built in build.objects:
            if not built.is_changed:
                continue
            source = built.source.document.source.name if built.source else None
            for found in check(built.manifest):
                finding = _finding(build, built, found)
                places = {*_places(finding, finding.location.file), *_places(finding, source)}
                if seen.isdisjoint(places):
                    yield replace(finding, message=f"{finding.message} (in the build of {build.name})")
                seen |= places


def _finding(build: Build, built: BuiltObject, found: Located) -> Finding:
    if found.subject is not built.manifest:
        return locate(found)  # In a file that the object names, such as a chart.
    problem = found.problem
    origin = build.origin_of(built, problem.path, on_key=problem.on_key)
    finding = locate(Located(found.rule_id, origin.document, problem._replace(path=origin.path, on_key=origin.on_key)))
    seen = locate(found).location
    return replace(finding, location=replace(finding.location, key=seen.key, object=seen.object))


def _places(finding: Finding, file: str | None) -> Iterator[_Place]:
    """Yield what makes two findings of a rule the same: one place, or one message about one file."""
    location = finding.location
    if file == location.file:
        yield finding.id, file, location.line, location.column
    yield finding.id, file, finding.message, location.key
