"""What every model promises: frozen, strict, both spellings of a key, and no unknown key."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from registry_gitops.model import Model, Port


class Inner(Model):
    node_port: Port = 5000
    secret: str = ""


class Outer(Model):
    replica_count: int = 1
    inner: Inner = Inner()
    enabled: bool = False


def test_keys_are_camel_case_or_snake_case_in_python() -> None:
    assert Outer(replica_count=2) == Outer.model_validate({"replicaCount": 2})


def test_only_what_was_set_is_rendered_in_camel_case() -> None:
    assert Outer(replica_count=1, inner=Inner(node_port=80)).to_config_dict() == {
        "replicaCount": 1,
        "inner": {"nodePort": 80},
    }
    assert Outer().to_config_dict() == {}


def test_every_unknown_key_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"replicaCout": 2, "inner": {"node_port_": 1}, "zebra": 1})
    errors = {error["loc"]: error["msg"] for error in caught.value.errors()}
    assert errors == {
        ("replicaCout",): 'unknown key "replicaCout": did you mean "replicaCount"?',
        ("inner", "node_port_"): 'unknown key "node_port_": did you mean "nodePort"?',
        ("zebra",): 'unknown key "zebra": known here: replicaCount, inner, enabled',
    }


@pytest.mark.parametrize("data", [{"replicaCount": "2"}, {"replicaCount": 1.0}, {"enabled": 1}, {"enabled": "yes"}])
def test_types_are_not_bent(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Outer.model_validate(data)


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Outer().enabled = True  # type: ignore[misc]


def test_no_error_repeats_a_value_because_it_may_be_a_password() -> None:
    with pytest.raises(ValidationError) as caught:
        Inner.model_validate({"secret": ["hunter2"], "nodePort": 0})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("port", [0, -1, 65536, 99999])
def test_a_port_is_from_1_to_65535(port: int) -> None:
    with pytest.raises(ValidationError, match="is not a port: a port is a number from 1 to 65535"):
        Inner(node_port=port)
