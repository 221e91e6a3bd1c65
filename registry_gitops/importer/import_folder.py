"""Import what is at a path: find the registry in it, translate it, and make the files of its config file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from registry_gitops.cluster import Kubectl
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.documents import Manifest, Role, YAMLDocument, find_files, read_file
from registry_gitops.errors import InputError
from registry_gitops.facts import ObjectNames
from registry_gitops.findings import Finding, Location
from registry_gitops.importer.chart_styles import ChartStyle, is_values_file, style_of
from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.importer.import_report import ImportReport, KeyOutcome
from registry_gitops.importer.imported_files import CONFIG, Imported, files_of, next_steps
from registry_gitops.importer.inflated_charts import find_inflated_charts
from registry_gitops.importer.inflated_import import import_inflated_chart
from registry_gitops.importer.input_files import read_input
from registry_gitops.importer.input_keys import read_tree
from registry_gitops.importer.moves import (
    GitChanges,
    MovePlan,
    NewRelease,
    find_changes,
    plan_release_move,
    plan_workload_move,
)
from registry_gitops.importer.other_documents import (
    namespace_set_above,
    note_kustomizations,
    note_other_documents,
    note_wrappers,
    selectors_set_above,
    settle_namespace,
)
from registry_gitops.importer.registry_releases import ChartOrigin, name_in_helm
from registry_gitops.importer.registry_workloads import RegistryWorkload, find_workloads
from registry_gitops.importer.release_import import (
    import_release,
    inline_values,
    inner_values,
    registry_releases,
    translate_values,
    without_wrapper,
)
from registry_gitops.importer.release_moves import (
    InstalledRelease,
    describe_old_registry,
    describe_old_release,
    describe_workload_release,
    find_flux_release,
    find_helm_release,
    plan_inflated_move,
)
from registry_gitops.importer.running_objects import read_running
from registry_gitops.importer.unknown_inputs import explain_no_registry
from registry_gitops.importer.validated_config import validate_draft
from registry_gitops.importer.value_layers import ValueLayers
from registry_gitops.importer.workload_import import import_workload
from registry_gitops.render import path_in_repository
from registry_gitops.repository import FluxRepository

_DEFAULT_NAME: Final = "docker-registry"


def import_path(path: str, output: Path, release: InstalledRelease | None = None) -> Imported:
    """Return the import of a file or directory, with the config file for the directory `output`. Writes nothing.

    `release` is what Helm has installed with the values file at `path`. Raises InputError if `path` cannot be read, or
    has no registry that is known, or several ones, or `release` is of no values file.
    """
    folder, remarks = read_input(path)
    documents = folder if Path(path).is_dir() else [*folder, *_neighbors(Path(path))]
    return _import_documents(path, folder, documents, output, remarks, release)


def import_running(kubectl: Kubectl, namespace: str, output: Path) -> Imported:
    """Return the import of the registry that runs in a namespace. Writes nothing.

    Raises ClusterError if the cluster cannot be read, and InputError if the namespace has no registry, or several ones.
    """
    documents, remarks = read_running(kubectl, namespace)
    return _import_documents(f"namespace {namespace}", documents, documents, output, remarks)


def _import_documents(
    path: str,
    folder: Sequence[YAMLDocument],
    documents: Sequence[YAMLDocument],
    output: Path,
    remarks: Sequence[str] = (),
    release: InstalledRelease | None = None,
) -> Imported:
    """Return the import of `folder`, which is at `path`; `documents` has what is next to it too.

    `remarks` are what the report says about the files, and `release` is that of a values file.
    """
    manifests = FluxRepository(documents).manifests
    own = [each for each in manifests if each.document in folder]
    draft, found = ConfigDraft(), registry_releases(own)
    plan: MovePlan | None
    draft.put("source", {"type": "git", "path": path_in_repository(output) or "."})
    draft.differences += remarks
    note_wrappers(draft, folder, own)
    if len(found) > 1:
        raise InputError(_several(found))
    workloads = [] if found else _workloads(own, manifests, documents)
    if len(workloads) > 1:
        raise InputError(_several([each.manifest for each in workloads]))
    charts = find_inflated_charts(folder)
    if release and (workloads or found or charts):
        raise InputError.single("is no values file, and names its release itself: leave out --release", path)
    if workloads:
        form, deployment, plan = _import_workload(
            workloads[0], ValueLayers(draft, documents, manifests), own, folder, output
        )
    elif found:
        form = import_release(draft, found[0], documents, manifests, folder)
        deployment = _with_release_name(draft, validate_draft(draft), name_in_helm(found[0]))
        plan = _plan_release(draft, found[0], deployment, own, documents, output)
    elif charts:
        if len(charts) > 1:
            raise InputError.single("has several charts of a registry: leave one of them in helmCharts", path)
        form = import_inflated_chart(draft, charts[0], folder)
        deployment = validate_draft(draft)
        plan = plan_inflated_move(charts[0], NewRelease(deployment, output))
    else:
        form, deployment, plan = _import_values_file(draft, path, folder, own, output, release)
    return _imported(draft, deployment, form, plan, path, output)


def _replaced_namespaces(draft: ConfigDraft, own: Sequence[Manifest]) -> set[int]:
    """Return the ids of the manifests of the Namespace, if `render` writes it."""
    if draft.get("namespace.create") is False:
        return set()
    return {id(each) for each in own if (each.kind, each.name) == ("Namespace", draft.namespace)}


def _plan_release(
    draft: ConfigDraft,
    release: Manifest,
    deployment: RegistryDeployment,
    own: Sequence[Manifest],
    documents: Sequence[YAMLDocument],
    output: Path,
) -> MovePlan:
    """Return the move of a release that a manifest deploys."""
    spaces = _replaced_namespaces(draft, own) if draft.namespace == deployment.target_namespace else set[int]()
    old = replace(describe_old_registry(deployment, inline_values(release)), has_namespace=bool(spaces))
    changes = find_changes(own, spaces | {id(release)}, documents, output)
    return plan_release_move(old, describe_old_release(release, deployment), changes, NewRelease(deployment, output))


def _in_order(outcomes: Sequence[KeyOutcome]) -> tuple[KeyOutcome, ...]:
    """Return outcomes in the order of their lines, and of the files as they were read."""
    files = list(dict.fromkeys(each.file for each in outcomes))
    return tuple(sorted(outcomes, key=lambda each: (files.index(each.file), each.line, each.column)))


def _imported(
    draft: ConfigDraft, deployment: RegistryDeployment, form: str, plan: MovePlan | None, path: str, output: Path
) -> Imported:
    files, ignored = files_of(draft, deployment, path)
    report = ImportReport(
        form=form,
        config=str(output / CONFIG),
        files=tuple(str(output / name) for name in files),
        outcomes=_in_order(draft.outcomes()),
        differences=tuple(draft.differences),
        steps=(*next_steps(draft, output), *(plan.steps if plan else ())),
        rollback=tuple(plan.rollback if plan else ()),
    )
    return Imported(report, files, ignored)


def _neighbors(path: Path) -> list[YAMLDocument]:
    """Return what stands next to a file, for what it refers to. What cannot be read there is left out."""
    others = (each for each in find_files([str(path.parent)]) if Path(each).resolve() != path.resolve())
    return [document for each in others for document in read_file(each).documents]


def _several(releases: Sequence[Manifest]) -> list[Finding]:
    return [
        Finding(
            id="invalid-input",
            message=f"{each.identity} is one of {len(releases)} registries here: pass the file of one of them",
            location=Location(each.document.source.name, *each.document.position(each.path)),
        )
        for each in releases
    ]


def _workloads(
    own: Sequence[Manifest], manifests: Sequence[Manifest], documents: Sequence[YAMLDocument]
) -> list[RegistryWorkload]:
    """Return the workloads of the input, `own`, that serve a registry, as kustomize builds them."""
    kustomizations = [each for each in documents if each.role is Role.KUSTOMIZATION]
    namespaces = {id(each): namespace_set_above(each, kustomizations) or each.namespace for each in manifests}
    selectors = {id(each): selectors_set_above(each, kustomizations) for each in manifests}
    ids = {id(each) for each in own}
    neighbors = [each for each in manifests if id(each) not in ids]
    return find_workloads(own, namespaces, neighbors, selectors)


def _import_workload(
    workload: RegistryWorkload,
    layers: ValueLayers,
    own: Sequence[Manifest],
    folder: Sequence[YAMLDocument],
    output: Path,
) -> tuple[str, RegistryDeployment, MovePlan | None]:
    """Translate a workload, the objects around it, and what is in the input besides.

    Return what the input is, the deployment, and the move; None if a HelmRelease, which is not in the input, moves.
    """
    draft, manifest = layers.draft, workload.manifest
    replaced, stays, old = import_workload(workload, layers)
    note_kustomizations(draft, manifest.document, folder, layers)
    files = [each for each in folder if each.role is not Role.OBJECT and id(each) not in layers.files]
    note_other_documents(
        draft, manifest.document, files, [each for each in own if id(each) not in replaced | stays], ()
    )
    settle_namespace(draft)
    spaces = _replaced_namespaces(draft, own)
    deployment, release = validate_draft(draft), find_helm_release(manifest)
    changes = find_changes(own, replaced | spaces, layers.documents, output)
    form = f"{manifest.kind} ({manifest.api_version})"
    if flux_release := find_flux_release(manifest):
        text = (
            f"the HelmRelease {flux_release} of Flux deploys it: import the manifest of that, for the steps of the move"
        )
        draft.differences.append(text)
        return form, deployment, None
    if not release:
        old = replace(old, has_namespace=bool(spaces))
        return form, deployment, plan_workload_move(old, changes, NewRelease(deployment, output))
    deployment = _with_release_name(draft, deployment, release)
    old, old_release = describe_workload_release(old, deployment, draft.secrets)
    plan = plan_release_move(old, old_release, changes, NewRelease(deployment, output))
    return f"{form} of Helm", deployment, plan


def _import_values_file(
    draft: ConfigDraft,
    path: str,
    folder: Sequence[YAMLDocument],
    manifests: Sequence[Manifest],
    output: Path,
    release: InstalledRelease | None,
) -> tuple[str, RegistryDeployment, MovePlan | None]:
    """Translate the values file of a chart, if there is just one. Return the move too, if it is known what runs."""
    others = [each for each in folder if each.role is Role.OTHER]
    names = [os.path.relpath(each.source.name, path) if Path(path).is_dir() else "values" for each in others]
    found = [each for each, name in zip(others, names, strict=True) if is_values_file(inner_values(each.value), name)]
    if len(found) > 1:
        files = ", ".join(each.source.name for each in found)
        raise InputError.single(f"has several values files: pass one of {files}", path)
    if not found:
        raise InputError(explain_no_registry(path, folder, manifests))
    draft.put("name", release.name if release else _DEFAULT_NAME)
    draft.put("namespace", {"name": release.namespace, "create": False} if release else _DEFAULT_NAME)
    values = without_wrapper(draft.read(read_tree(found[0])))
    style = style_of(ChartOrigin(), values.data) or ChartStyle.COMMUNITY
    translate_values(values, ChartOrigin(), style, release.name if release else "")
    form = f"values file of {style}"
    if release is None:
        draft.differences.append(
            "a values file names no release: if Helm has installed it, import it with --release NAME and --namespace "
            "NAME, as `helm list --all-namespaces` shows them, for the steps of the move"
        )
        return form, validate_draft(draft), None
    deployment = validate_draft(draft)
    old = describe_old_registry(deployment, values.data)
    plan = plan_release_move(old, release.described, GitChanges(), NewRelease(deployment, output))
    return form, deployment, plan


def _with_release_name(draft: ConfigDraft, deployment: RegistryDeployment, name: str) -> RegistryDeployment:
    """Return the deployment with the name that the release has, if Flux would give it another one."""
    if ObjectNames(deployment).release == name:
        return deployment
    draft.put("release.releaseName", name)
    return validate_draft(draft)
