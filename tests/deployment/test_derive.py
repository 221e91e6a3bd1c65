"""Deployments that differ from another one: what is merged, what is replaced, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops import GitSource, HelmSource, OCISource, RegistryDeployment, RegistryValues
from registry_gitops.values import Persistence, SeccompProfile, Toleration

BASE = RegistryDeployment.model_validate(
    {
        "name": "registry",
        "source": {"type": "git", "path": "apps/registry", "name": "platform"},
        "release": {"interval": "5m", "install": {"timeout": "1m"}},
        "values": {
            "persistence": {"size": "50Gi", "storageClass": "fast"},
            "podLabels": {"team": "a", "tier": "1"},
            "tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}],
            "configuration": {"storage": {"inmemory": {}}, "log": {"level": "debug"}},
        },
    }
)


def refusal(*args: Any, **fields: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        BASE.derive(*args, **fields)
    return {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}


def values(changes: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = BASE.derive(values=changes).to_config_dict()["values"]
    return found


def test_derive_returns_a_new_deployment_and_keeps_the_old_one() -> None:
    before = BASE.to_config_dict()
    derived = BASE.derive(name="staging")
    assert (derived.name, BASE.name) == ("staging", "registry")
    assert BASE.to_config_dict() == before
    assert derived.to_config_dict() == {**before, "name": "staging"}


@pytest.mark.parametrize("changes", [None, {}])
def test_derive_without_changes_returns_an_equal_deployment(changes: dict[str, Any] | None) -> None:
    for deployment in (BASE, RegistryDeployment()):
        assert deployment.derive(changes) == deployment
        assert deployment.derive(changes).to_config_dict() == deployment.to_config_dict()


def test_derive_accepts_a_mapping_or_keywords() -> None:
    assert BASE.derive({"values": {"replicaCount": 0}}) == BASE.derive(values={"replicaCount": 0})
    assert BASE.derive({"name": "a"}, namespace="b") == BASE.derive({"name": "a", "namespace": "b"})
    with pytest.raises(TypeError, match="multiple values for name"):
        BASE.derive({"name": "a"}, name="b")


def test_derive_merges_mappings_at_any_depth() -> None:
    assert values({"persistence": {"size": "1Gi"}})["persistence"] == {"size": "1Gi", "storageClass": "fast"}
    assert values({"podLabels": {"tier": "2", "new": "3"}})["podLabels"] == {"team": "a", "tier": "2", "new": "3"}
    assert values({"configuration": {"log": {"formatter": "json"}}})["configuration"] == {
        "storage": {"inmemory": {}},
        "log": {"level": "debug", "formatter": "json"},
    }


def test_derive_replaces_lists() -> None:
    assert values({"tolerations": [{"operator": "Exists"}]})["tolerations"] == [{"operator": "Exists"}]
    assert values({"tolerations": [Toleration(operator="Exists")]})["tolerations"] == [{"operator": "Exists"}]
    assert values({"tolerations": []})["tolerations"] == []


def test_derive_replaces_what_a_model_stands_for() -> None:
    assert BASE.derive(values=RegistryValues(replica_count=0)).to_config_dict()["values"] == {"replicaCount": 0}
    assert values({"persistence": Persistence(size="1Gi")})["persistence"] == {"size": "1Gi"}


def test_derive_sets_what_is_none_back_to_its_default() -> None:
    assert "name" not in BASE.derive(name=None).to_config_dict()
    assert BASE.derive(name=None).name == RegistryDeployment().name
    assert BASE.derive(source=None).source == GitSource()
    assert values({"persistence": {"storageClass": None}})["persistence"] == {"size": "50Gi"}
    assert values({"podLabels": {"tier": None, "absent": None}})["podLabels"] == {"team": "a"}
    assert values({"configuration": {"storage": None}})["configuration"] == {"log": {"level": "debug"}}


def test_derive_leaves_no_empty_section_where_all_was_set_back() -> None:
    assert "release" not in BASE.derive(release={"interval": None, "install": {"timeout": None}}).to_config_dict()
    assert RegistryDeployment().derive(values={"persistence": {"size": None}}).to_config_dict() == {}


def test_derive_keeps_an_explicit_null_of_a_model() -> None:
    security = {"seccompProfile": SeccompProfile(type="Unconfined")}
    assert values({"podSecurityContext": security})["podSecurityContext"] == {"seccompProfile": {"type": "Unconfined"}}
    base = RegistryDeployment.model_validate({"values": {"podSecurityContext": {"seccompProfile": None}}})
    assert base.derive(name="x").to_config_dict()["values"] == {"podSecurityContext": {"seccompProfile": None}}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"path": "apps/b"}, {"type": "git", "path": "apps/b", "name": "platform"}),
        ({"type": "git", "name": None}, {"type": "git", "path": "apps/registry"}),
        ({"type": "oci", "url": "oci://a.example.com/c"}, {"type": "oci", "url": "oci://a.example.com/c"}),
        ({"type": "helm"}, {"type": "helm"}),
        (OCISource(url="oci://a.example.com/c"), {"type": "oci", "url": "oci://a.example.com/c"}),
        (HelmSource(chart="registry"), {"type": "helm", "chart": "registry"}),
        (GitSource(), {"type": "git"}),
    ],
)
def test_derive_keeps_no_key_of_another_type_of_source(source: Any, expected: dict[str, Any]) -> None:
    derived = BASE.derive(source=source)
    assert derived.to_config_dict()["source"] == expected
    assert derived.source.type == expected["type"]


def test_derive_merges_a_source_over_the_default_one() -> None:
    assert RegistryDeployment().derive(source={"path": "apps/b"}).source == GitSource(path="apps/b")


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"nmae": "x"}, "nmae", 'unknown key "nmae": did you mean "name"?'),
        ({"values": {"replica_count": 2}}, "values.replica_count", 'key "replica_count": did you mean "replicaCount"?'),
        ({"values": {"persistence": {"sise": "1Gi"}}}, "values.persistence.sise", 'did you mean "size"?'),
        ({"values": {"persistence": {"sise": None}}}, "values.persistence.sise", 'did you mean "size"?'),
        ({"values": {"configuration": {"lock": None}}}, "values.configuration.lock", 'unknown key "lock"'),
        ({"vlaues": {"persistence": None}}, "vlaues", 'unknown key "vlaues": did you mean "values"?'),
        ({"source": {"type": "oci", "url": "oci://a.b/c", "path": None}}, "source.oci.path", 'unknown key "path"'),
        ({"name": "Not A Name"}, "name", "is not the name of a deployment"),
        ({"values": {"replicaCount": 3}}, "values.replicaCount", "3 replicas need a shared upload secret"),
        ({"values": "text"}, "values", "valid dictionary or instance of RegistryValues"),
        ({"values": Persistence()}, "values", "must be a RegistryValues, not a Persistence"),
        ({"values": RegistryValues().model_copy(update={"replica_count": "x"})}, "values.replicaCount", "integer"),
        ({"values": RegistryValues().model_copy(update={"replicas": 1})}, "values.replicas", "unknown key"),
        ({"source": {"type": "svn"}}, "source", "does not match any of the expected tags"),
        ({"source": {"type": "oci"}}, "source.oci.url", "Field required"),
    ],
)
def test_derive_refuses_what_the_constructor_refuses(changes: dict[str, Any], path: str, message: str) -> None:
    assert message in refusal(changes).get(path, ""), refusal(changes)


def test_derive_validates_the_whole_of_a_deployment_that_went_round_the_validators() -> None:
    broken = BASE.model_copy(update={"namespace": "Not A Name"})
    with pytest.raises(ValidationError, match="namespace"):
        broken.derive(name="x")
    assert broken.derive(namespace="mended").namespace == "mended"


def test_derive_refuses_a_mapping_that_holds_itself() -> None:
    changes: dict[str, Any] = {}
    changes["values"] = changes
    assert refusal(changes) == {"": "holds itself, or is nested too deeply"}


@pytest.mark.parametrize("changes", ["", "name", 0, [], [("name", "x")], BASE])
def test_derive_accepts_only_a_mapping(changes: Any) -> None:
    with pytest.raises(TypeError, match=f"takes a mapping of keys to changes, not a {type(changes).__name__}"):
        BASE.derive(changes)


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"podAnnotations": {"a": "x\ud800"}}, "values.podAnnotations.a", "half of a surrogate pair"),
        ({"configuration": {"log": {"fields": {"\udfff": "x"}}}}, "values.configuration.log.fields", "surrogate pair"),
        ({"terminationGracePeriodSeconds": 10**5000}, "values.terminationGracePeriodSeconds", "is out of range"),
        ({"replicaCount": 10**5000}, "values.replicaCount", "is out of range"),
        ({"resources": {"limits": {"cpu": -(10**5000)}}}, "values.resources.limits.cpu", "is out of range"),
    ],
)
def test_derive_refuses_what_no_file_can_hold(changes: dict[str, Any], path: str, message: str) -> None:
    assert message in refusal(values=changes)[path]


def test_derive_of_a_derived_deployment_keeps_both_changes() -> None:
    derived = BASE.derive(name="a").derive(values={"persistence": {"size": "2Gi"}})
    assert (derived.name, derived.values.persistence.size) == ("a", "2Gi")
    assert derived.derive(BASE.to_config_dict()) == BASE
