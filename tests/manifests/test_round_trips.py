from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_gitops.manifests import KINDS, Document

from .strategies import raw

pytestmark = pytest.mark.tools


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_the_schema_admits_constructs_and_survives_a_round_trip(kind: type[Document], data: st.DataObject) -> None:
    found = kind.model_validate(data.draw(raw(kind)))
    once = found.to_manifest_dict()
    again = kind.model_validate(once)
    assert again == found
    # Text, not dicts: dicts are equal in any order of their keys, and durations are equal in any unit.
    assert json.dumps(again.to_manifest_dict()) == json.dumps(once) == json.dumps(found.to_manifest_dict())
