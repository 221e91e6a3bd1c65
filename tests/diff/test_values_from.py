"""Values from ConfigMaps and Secrets that stand in the repository, which are hidden if they come from a Secret."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.diff import Effect, format_diff_markdown, format_diff_text

from .committed import CONFIG, Repository, change_of

SECRET = "correct-horse-Battery"


def config(kind: str, **options: Any) -> dict[str, Any]:
    return {**CONFIG, "release": {"valuesFrom": [{"kind": kind, "name": "more", **options}]}}


def write(repository: Repository, kind: str, content: dict[str, Any], directory: str = "apps/images") -> Path:
    metadata = {"name": "more", "namespace": "docker-registry"}
    path = repository.root / directory / "more.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": kind, "metadata": metadata, **content}), "utf-8")
    return path


@pytest.mark.parametrize("directory", ["apps/images", "apps/values"])
def test_values_of_a_config_map_are_those_of_each_side(repository: Repository, directory: str) -> None:
    write(repository, "ConfigMap", {"data": {"values.yaml": "podAnnotations: {a: one}"}}, directory)
    path = repository.commit(config("ConfigMap"))
    write(repository, "ConfigMap", {"data": {"values.yaml": "podAnnotations: {a: two}"}}, directory)
    (found,) = repository.report(path).deployments
    (field,) = change_of(found, "Deployment").fields
    assert (field.before, field.after, found.notes, found.effect) == ("one", "two", (), Effect.STOPS_PODS)


def test_values_of_a_secret_are_compared_and_never_shown(repository: Repository) -> None:
    def content(note: str) -> dict[str, Any]:
        text = f"podAnnotations: {{note: {note}}}\nextraEnvVars: [{{name: NOTE, value: 'a {note} b'}}]\n"
        return {"data": {"more": base64.b64encode(text.encode()).decode()}}

    write(repository, "Secret", content(f"{SECRET}-1"))
    path = repository.commit(config("Secret", valuesKey="more"))
    write(repository, "Secret", content(f"{SECRET}-2"))
    report = repository.report(path)
    assert report.effect is Effect.STOPS_PODS
    for text in (format_diff_text(report), format_diff_markdown(report), report.to_json()):
        assert SECRET not in text
    (change,) = report.deployments[0].changes
    assert {field.after for field in change.fields} == {"***"}


def test_single_value_has_its_place(repository: Repository) -> None:
    write(repository, "ConfigMap", {"data": {"replicas": "1"}})
    path = repository.commit(config("ConfigMap", valuesKey="replicas", targetPath="replicaCount"))
    write(repository, "ConfigMap", {"data": {"replicas": "0"}})
    (found,) = repository.report(path).deployments
    assert change_of(found, "Deployment").reason == "spec.replicas is 0: all Pods end"


@pytest.mark.parametrize(
    "content", [{"data": {"values.yaml": "ENC[x]"}, "sops": {"mac": "x"}}, {"data": {"other": "eA=="}}]
)
def test_values_that_cannot_be_read_are_noted(repository: Repository, content: dict[str, Any]) -> None:
    write(repository, "Secret", content)
    found = repository.diff(CONFIG, config("Secret"))
    assert "the values of Secret/more are not known here" in found.notes
