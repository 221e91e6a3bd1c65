"""What kustomize changes, in the output directory and in the objects of the chart, is part of the comparison."""

from __future__ import annotations

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
