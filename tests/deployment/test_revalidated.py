"""What goes round the validators is found again."""

import pytest
from pydantic import BaseModel, ValidationError

from registry_gitops import GitSource, HelmReleaseOptions, InputError, OCISource, RegistryDeployment, RegistryValues
from registry_gitops.values import EnvVar, Persistence, Toleration

DEPLOYMENT = RegistryDeployment(
    name="registry",
    source=GitSource(path="apps/registry"),
    release=HelmReleaseOptions(interval="5m"),
    values=RegistryValues(
        persistence=Persistence(size="50Gi"),
        tolerations=[Toleration(key="dedicated", operator="Exists")],
        extra_env_vars=[EnvVar(name="A", value="1")],
        pod_labels={"team": "a"},
    ),
)
CYCLE: dict[str, object] = {}
CYCLE["values"] = CYCLE
WRONG = ["text", "", 1, -1, 1.5, True, None, b"raw", [], [1], (), {}, {"a": 1}, {1: 2}, set(), object(), Toleration]
WRONG += [Persistence(), GitSource(), "\ud800", 10**100, iter([1]), lambda: 1]


def changed(model: BaseModel, path: list[str], value: object) -> BaseModel:
    """`model` with `value` where `path` leads to, put there behind the validators' back."""
    name, *rest = path
    return model.model_copy(update={name: changed(getattr(model, name), rest, value) if rest else value})


def problems(path: str, value: object) -> str:
    with pytest.raises(InputError) as caught:
        changed(DEPLOYMENT, path.split("."), value).revalidated()  # type: ignore[attr-defined]
    return str(caught.value)


def test_revalidated_returns_an_equal_deployment_that_renders_alike() -> None:
    for deployment in (DEPLOYMENT, RegistryDeployment(), RegistryDeployment(source=OCISource(url="oci://a.b/c"))):
        again = deployment.revalidated()
        assert again == deployment
        assert again.to_config_dict() == deployment.to_config_dict()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("name", "Not A Name", 'name: "Not A Name" is not the name of a deployment: use lower-case letters'),
        ("name", 5, "name: must be text: put it in quotes"),
        ("values", "text", "values: must be a mapping of keys to values"),
        ("values", {"replicaCount": 1}, "values: must be a RegistryValues, not a dict"),
        ("values", {"replica_count": 2}, 'values.replica_count: unknown key "replica_count": did you mean "replicaCou'),
        ("values", Toleration.model_construct(), "values: must be a RegistryValues, not a Toleration"),
        ("values", None, "values: must be a mapping of keys to values"),
        ("values.replica_count", "two", "values.replicaCount: must be a whole number, without quotes"),
        ("values.replica_count", 3, "values.replicaCount: 3 replicas cannot share"),
        ("values.replicaCount", 1, 'values.replicaCount: unknown key "replicaCount": did you mean "replica_count"?'),
        ("values.persistance", 1, 'values.persistance: unknown key "persistance": did you mean "persistence"?'),
        ("values.persistence.size", "much", 'values.persistence.size: "much" is not a quantity'),
        ("values.persistence.full_name", "x", "values.persistence.full_name: unknown key"),
        ("values.tolerations", [Toleration.model_construct(operator="Exists", value="x")], "values.tolerations[0].val"),
        ("values.tolerations", ["x"], "values.tolerations[0]: must be a mapping of keys to values"),
        ("values.tolerations", [Persistence.model_construct()], "values.tolerations[0]: "),
        ("values.pod_labels", {"team": 5}, "values.podLabels.team: must be text: put it in quotes"),
        ("values.pod_labels", Toleration.model_construct(), "values.podLabels: must be a value of another type, not a"),
        ("source", RegistryValues(), "source: needs a type: git, helm or oci"),
        ("source.path", "../up", "source.path: "),
        ("full_name", "x", 'full_name: unknown key "full_name"'),
        ("values", CYCLE, "holds itself, or is nested too deeply"),
        ("values.tolerations", [CYCLE], "holds itself, or is nested too deeply"),
    ],
)
def test_revalidated_names_the_key_of_what_went_round_the_validators(path: str, value: object, message: str) -> None:
    assert problems(path, value).startswith(message)


@pytest.mark.parametrize(
    ("section", "changes", "path"),
    [
        ("values", {"replica_count": "2"}, "values.replica_count"),
        ("values", {"tolerations": 3}, "values.tolerations"),
        ("values", {"configuration": "text"}, "values.configuration"),
        (
            "values",
            {"persistence": Persistence().model_copy(update={"access_modes": 3})},
            "values.persistence.access_modes",
        ),
        ("values", {"persistance": 1}, "values.persistance"),
        ("release", {"depends_on": 3}, "release.depends_on"),
        ("release", {"depends_on": [3]}, "release.depends_on.0"),
        ("source", {"path": "/etc"}, "source.git.path"),
    ],
)
def test_constructor_refuses_a_model_that_went_round_the_validators(
    section: str, changes: dict[str, object], path: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        RegistryDeployment(**{section: getattr(DEPLOYMENT, section).model_copy(update=changes)})
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [path]


def test_revalidated_finds_what_model_construct_hides_as_unset() -> None:
    with pytest.raises(InputError, match="^name: "):
        RegistryDeployment.model_construct(_fields_set=set(), name="Not A Name").revalidated()


def test_revalidated_asks_for_what_model_construct_left_out() -> None:
    with pytest.raises(InputError, match=r"^source.url: is required$"):
        RegistryDeployment.model_construct(source=OCISource.model_construct()).revalidated()  # type: ignore[call-arg]


def paths(model: BaseModel) -> list[list[str]]:
    found = []
    for name in type(model).model_fields:
        value = getattr(model, name)
        found += [[name], *([name, *rest] for rest in paths(value))] if isinstance(value, BaseModel) else [[name]]
    return found


@pytest.mark.parametrize("path", paths(DEPLOYMENT), ids=".".join)
def test_revalidated_raises_nothing_but_an_input_error(path: list[str]) -> None:
    for value in WRONG:
        deployment = changed(DEPLOYMENT, path, value)
        try:
            again = deployment.revalidated()  # type: ignore[attr-defined]
        except InputError:
            pass
        else:
            assert again == RegistryDeployment.model_validate(again.to_config_dict(), by_alias=True, by_name=False)
