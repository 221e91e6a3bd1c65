"""`namespace` is a name, or a mapping; what has no effect, or would break others, is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.deployment import NamespaceOptions, RegistryDeployment, describe_errors, load
from registry_gitops.errors import InputError


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "registry.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load(file)
    return [str(finding).removeprefix(f"{file}:") for finding in caught.value.findings]


def found_in(config: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        RegistryDeployment.model_validate(config)
    return [str(finding) for finding in describe_errors(caught.value, data=config)]


def test_name_alone_is_the_name_of_the_mapping() -> None:
    by_name, by_mapping = (RegistryDeployment.model_validate({"namespace": given}) for given in ("a", {"name": "a"}))
    assert by_name.namespace_options == by_mapping.namespace_options == NamespaceOptions(name="a")
    assert by_name.to_config_dict() == {"namespace": "a"}


def test_derive_merges_a_mapping_over_the_name() -> None:
    derived = RegistryDeployment(namespace="a").derive(namespace={"create": False})
    assert derived.namespace == NamespaceOptions(name="a", create=False)
    assert derived.derive(namespace={"create": None}).namespace == NamespaceOptions(name="a")
    assert derived.derive(namespace="b").namespace == "b"
    assert derived.derive(namespace=None).namespace == "docker-registry"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("namespace: 5", "1:12: namespace: must be text: put it in quotes"),
        ("namespace: [a]", "1:12: namespace: must be text: put it in quotes"),
        ("namespace: Team_1", '1:12: namespace: "Team_1" is not a DNS label: use lower-case letters'),
        ("namespace:\n  name: Team_1", '2:9: namespace.name: "Team_1" is not a DNS label: use lower-case letters'),
        ("namespace:\n  creat: true", '2:3: namespace.creat: unknown key "creat": did you mean "create"?'),
        ("namespace:\n  text: true", '2:3: namespace.text: unknown key "text": known here: name, create'),
        ("namespace:\n  create: yes please", "2:11: namespace.create: must be true or false, without quotes"),
        (
            "namespace:\n  create: ${CREATE:=true}",
            "2:11: namespace.create: render reads this before Flux fills in variables: write it out",
        ),
        ("namespace:\n  podSecurity: strict", "2:16: namespace.podSecurity: must be 'restricted', 'baseline'"),
    ],
)
def test_wrong_namespace_is_reported_at_its_place(tmp_path: Path, text: str, found: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(found)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("podSecurity", "baseline"),
        ("labels", {"team": "a"}),
        ("annotations", {"owner": "a"}),
        ("prune", True),
    ],
)
@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"namespace": {"create": False}}, "it is left to others"),
        ({"namespace": {"inherit": True}}, "it is left to others"),
        ({"namespace": {"name": "kube-system"}}, "kube-system is a system namespace"),
        ({"namespace": {}, "release": {"targetNamespace": "default"}}, "default is a system namespace"),
    ],
)
def test_option_of_a_namespace_that_is_not_rendered_is_refused(
    config: dict[str, Any], reason: str, key: str, value: object
) -> None:
    assert found_in({**config, "namespace": {**config["namespace"], key: value}}) == [
        f"namespace.{key}: has no effect, because namespace.yaml is not rendered ({reason}): remove it, or set create "
        "to true"
    ]


@pytest.mark.parametrize("name", ["default", "flux-system", "kube-system", "kube-anything"])
def test_system_namespace_is_rendered_if_asked_for_but_never_labelled_nor_pruned(name: str) -> None:
    asked = {"name": name, "create": True, "labels": {"team": "a"}}
    assert RegistryDeployment.model_validate({"namespace": asked}).renders_namespace
    stops = f"{name} is a system namespace, and a Pod Security level would stop other Pods in it: remove it"
    label = "pod-security.kubernetes.io/warn"
    assert found_in({"namespace": {**asked, "podSecurity": "privileged"}}) == [f"namespace.podSecurity: {stops}"]
    assert found_in({"namespace": {**asked, "labels": {label: "restricted"}}}) == [f"namespace.labels.{label}: {stops}"]
    assert found_in({"namespace": {**asked, "prune": True}}) == [
        f"namespace.prune: {name} is a system namespace, which the cluster needs: remove it"
    ]


def test_annotation_that_prune_has_is_refused() -> None:
    annotation = "kustomize.toolkit.fluxcd.io/prune"
    assert found_in({"namespace": {"annotations": {annotation: "enabled"}}}) == [
        f"namespace.annotations.{annotation}: set namespace.prune instead of the annotation {annotation}"
    ]


def test_namespace_that_would_be_renamed_is_refused() -> None:
    config = {"namespace": {"inherit": True, "create": True}}
    assert RegistryDeployment.model_validate(config).renders_namespace
    assert found_in({**config, "release": {"targetNamespace": "images"}}) == [
        "namespace.create: the Namespace images would be renamed too, because inherit is true: "
        "remove create, or inherit"
    ]


def test_release_that_waits_for_itself_is_refused_with_a_mapping_too() -> None:
    depends = {"dependsOn": [{"name": "docker-registry", "namespace": "a"}]}
    assert "wait for itself" in found_in({"namespace": {"name": "a"}, "release": depends})[0]
