"""config.yml is computed once for each instance of the values, and anew for what differs from it."""

from __future__ import annotations

import copy
import pickle

from registry_gitops import RegistryDeployment, RegistryValues
from registry_gitops.values import Deletion


def is_deletion_enabled(values: RegistryValues) -> bool | None:
    assert values.effective_configuration is values.effective_configuration
    delete = values.effective_configuration.storage.delete
    return delete.enabled if delete else None


def test_changed_copy_has_its_own_configuration() -> None:
    values = RegistryValues()
    assert is_deletion_enabled(values) is False
    assert is_deletion_enabled(values.model_copy(update={"deletion": Deletion(enabled=True)})) is True
    assert is_deletion_enabled(values) is False


def test_configuration_that_was_read_changes_nothing_else() -> None:
    values, untouched = RegistryValues(), RegistryValues()
    is_deletion_enabled(values)
    assert values == untouched
    assert hash(values) == hash(untouched)
    assert repr(values) == repr(untouched)
    assert values.model_dump() == untouched.model_dump()
    for twin in (copy.copy(values), copy.deepcopy(values), pickle.loads(pickle.dumps(values))):
        assert twin == untouched
    assert RegistryDeployment(values=values).revalidated() == RegistryDeployment(values=untouched)


def test_configuration_has_the_references_of_the_values() -> None:
    values = RegistryValues.model_validate(
        {"http": {"drainTimeout": "${DRAIN:=30s}"}, "extraEnvVars": [{"name": "REGISTRY_LOG_LEVEL", "value": "debug"}]}
    )
    http = values.rendered_configuration.http
    assert http
    assert http.drain_timeout == "${DRAIN:=30s}"
