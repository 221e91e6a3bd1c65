"""Files and directories that kustomization files name, or do not name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem, Role, YAMLDocument
from registry_gitops.repository import Entry, FluxRepository, KustomizationFile, file_of, has_kustomization


def missing_entry(repository: FluxRepository) -> Iterator[tuple[Manifest | YAMLDocument, Problem]]:
    """A kustomization file names a file or a directory that does not exist.

    Why: kustomize builds nothing then, and Flux applies nothing of the whole Kustomization: all its other objects stay
    at their old state too, until somebody sees "no such file or directory" in its status.
    Source: https://github.com/hmcts/cnp-flux-config/pull/19408
    Bad: `resources: [base.gotk-components.yaml]` where the file is `base/gotk-components.yaml`
    Good: each entry of resources, components, patches, and generators is a file, a directory, or a URL
    """
    for each in repository.kustomization_files:
        if repository.is_retired(each.document):
            continue
        for entry in each.entries:
            if entry.is_remote or "*" in entry.text:
                continue
            if not os.path.exists(entry.target):
                yield (
                    each.document,
                    Problem(
                        entry.path,
                        f"{entry.text} does not exist: kustomize refuses to build this directory",
                        "correct the name, or remove the entry",
                    ),
                )
            elif _is_plain_directory(entry):
                yield (
                    each.document,
                    Problem(
                        entry.path,
                        f"the directory {entry.text} has no kustomization file: kustomize refuses to build it",
                        f"add a kustomization.yaml to {entry.text}, or list its files",
                    ),
                )


def unlisted_file(repository: FluxRepository) -> Iterator[tuple[Manifest | YAMLDocument, Problem]]:
    """A file is beside a kustomization file that does not list it, so its objects never get to the cluster.

    Why: Flux applies what the kustomization file lists, without a word about the other files of the directory. The new
    object is committed and reviewed, everything is ready, and it does not exist.
    Source: https://github.com/davealtena/homelab/pull/1085
    Bad: `resources: [helmrelease.yaml]` in a directory with `helmrelease.yaml` and `networkpolicy.yaml`
    Good: `resources: [helmrelease.yaml, networkpolicy.yaml]`
    """
    if not repository.kustomization_files or not repository.is_complete:
        return
    named = {entry.target for each in repository.kustomization_files for entry in each.entries}
    told: set[str] = set()
    for manifest in repository.manifests:
        document = manifest.document
        file = file_of(document)
        kustomization = _responsible(file, repository)
        if kustomization is None or file in named or file in told or repository.graph.appliers_of(file):
            continue
        name = os.path.relpath(file, kustomization.folder)
        if (
            _NOT_FOR_THE_CLUSTER.search(name)
            or _mentions(kustomization, name)
            or document.role is not Role.OBJECT
            or not kustomization.list("resources")
            or not repository.is_applied(kustomization.document)
            or _is_variant(document, kustomization, repository)
        ):
            continue
        told.add(file)
        yield (
            manifest,
            Problem(
                ("kind",),
                f"{_where(kustomization, name)} does not list {name}: it is not applied",
                f"add {name} to resources, or remove the file",
            ),
        )


def _where(kustomization: KustomizationFile, name: str) -> str:
    place = "the directory above" if os.sep in name else "this directory"
    return f"{os.path.basename(kustomization.file)} in {place}"


_NOT_FOR_THE_CLUSTER = re.compile(
    r"^[._]|patch|values|sops|\.enc\.|secret|example|sample|template|test|\bci\b|kustomizeconfig|disabled|debug|\.old",
    re.I,
)
"""Names of files that are left out on purpose: applied by hand, by another tool, or not at all."""


def _responsible(file: str, repository: FluxRepository) -> KustomizationFile | None:
    """Return the kustomization file that has to list a file: that beside it, or one that lists such files of neighbors.

    Many repositories have `apps/NAMESPACE/kustomization.yaml` list the ks.yaml of each directory below it.
    """
    folder, name = os.path.split(file)
    beside = repository.graph.file_in.get(folder)
    if beside is not None:
        return beside
    above = repository.graph.file_in.get(os.path.dirname(folder))
    if above is None:
        return None
    neighbors = [os.path.split(entry.text) for entry in above.resources if os.path.basename(entry.text) == name]
    is_usual = len(neighbors) >= 2 and all(os.path.dirname(place.removeprefix("./")) == "" for place, _ in neighbors)
    return above if is_usual else None


def _mentions(kustomization: KustomizationFile, name: str) -> bool:
    """Whether a kustomization file has a name, or the directory in it, in a comment or in a generator."""
    return name.partition(os.sep)[0] in kustomization.document.source.text


def _is_variant(document: YAMLDocument, kustomization: KustomizationFile, repository: FluxRepository) -> bool:
    """Whether a file that is listed has an object of the same kind and name: one of the two is for another use."""
    listed = {name for entry in kustomization.resources for name in _names(entry.target, repository)}
    return not listed.isdisjoint(_names(file_of(document), repository))


def _names(file: str, repository: FluxRepository) -> Iterator[tuple[str, str]]:
    for document in repository.graph.documents_of(file):
        for manifest in repository.manifests_in(document):
            yield manifest.group_kind, manifest.name


def _is_plain_directory(entry: Entry) -> bool:
    return (
        entry.field in {"resources", "bases", "components"}
        and os.path.isdir(entry.target)
        and not has_kustomization(entry.target)
    )
