"""What kustomize changes, in the output directory and in the objects of the chart, is part of the comparison."""

from __future__ import annotations

import json
from typing import Any

from registry_gitops.diff import Effect

from .committed import CONFIG, Repository, change_of

PATCH = {
    "target": {"kind": "HelmRelease"},
    "patch": "- {op: add, path: /spec/values/terminationGracePeriodSeconds, value: 95}",
}
IMAGE = {"kustomize": {"images": [{"name": "docker.io/library/registry", "newTag": "3.0.0"}]}}


def with_patches(*patches: Any, **changed: Any) -> dict[str, Any]:
    return {**CONFIG, "kustomization": {"patches": list(patches)}, **changed}


def test_patch_of_the_values_restarts_pods(repository: Repository) -> None:
    found = repository.diff(CONFIG, with_patches(PATCH))
    assert change_of(found, "Deployment").effect is Effect.STOPS_PODS
    assert [field.path for field in change_of(found, "HelmRelease").fields] == [
        "spec.values.terminationGracePeriodSeconds"
    ]


def test_file_of_the_user_is_compared_as_it_was_and_as_it_is(repository: Repository) -> None:
    config = {**CONFIG, "kustomization": {"resources": ["note.yaml"]}}
    note = repository.root / "apps/images/note.yaml"
    note.parent.mkdir(parents=True)
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note, namespace: docker-registry}\ndata: {a: TEXT}\n"
    note.write_text(text.replace("TEXT", "one"), "utf-8")
    path = repository.commit(config)
    note.write_text(text.replace("TEXT", "two"), "utf-8")
    (found,) = repository.report(path).deployments
    assert [(field.path, field.after) for field in change_of(found, "ConfigMap").fields] == [("data.a", "two")]


def test_what_cannot_be_built_is_noted(repository: Repository) -> None:
    found = repository.diff(CONFIG, {**CONFIG, "kustomization": {"resources": ["../other"]}})
    assert found.changes == ()
    assert found.notes[0].startswith("what `kustomization` makes of the objects is not known: ")


def test_post_renderers_change_the_objects_of_the_chart(repository: Repository) -> None:
    found = repository.diff(CONFIG, {**CONFIG, "release": {"postRenderers": [IMAGE]}})
    (field,) = change_of(found, "Deployment").fields
    assert field.after == "docker.io/library/registry:3.0.0"


def test_files_outside_of_the_directory_are_compared_too(repository: Repository) -> None:
    config = {**CONFIG, "kustomization": {"components": ["../../shared/quiet"]}}
    component = repository.root / "shared/quiet/kustomization.yaml"
    component.parent.mkdir(parents=True)
    component.write_text(
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: ../patch.yaml}]\n", "utf-8"
    )
    patch = component.parent.parent / "patch.yaml"
    target = "kind: HelmRelease\nmetadata: {name: docker-registry, namespace: docker-registry}\n"
    text = f"apiVersion: helm.toolkit.fluxcd.io/v2\n{target}spec: {{values: {{terminationGracePeriodSeconds: 95}}}}\n"
    patch.write_text(text, "utf-8")
    path = repository.commit(config)
    patch.write_text(text.replace("95", "100"), "utf-8")
    (found,) = repository.report(path).deployments
    assert (found.notes, change_of(found, "Deployment").effect) == ((), Effect.STOPS_PODS)
    (field,) = change_of(found, "HelmRelease").fields
    assert (field.before, field.after) == ("95", "100")


def write_overlay(repository: Repository, patch: str) -> None:
    overlay = repository.root / "overlays/us/kustomization.yaml"
    overlay.parent.mkdir(parents=True, exist_ok=True)
    target = "{kind: HelmRelease}"
    overlay.write_text(f"resources: [../../apps/images]\npatches: [{{target: {target}, patch: {patch}}}]\n", "utf-8")


def test_overlay_that_flux_applies_is_compared_too(repository: Repository) -> None:
    patch = json.dumps(PATCH["patch"])
    write_overlay(repository, patch)
    path = repository.commit({**CONFIG, "flux": {"clusters": {"us": {}}, "path": "overlays/us"}})
    write_overlay(repository, patch.replace("95", "100"))
    (found,) = repository.report(path).deployments
    assert (found.notes, change_of(found, "Deployment").effect) == ((), Effect.STOPS_PODS)
    write_overlay(repository, "7")
    (found,) = repository.report(path).deployments
    assert found.notes[0].startswith("what the kustomization file of overlays/us makes of the objects is not known: ")
