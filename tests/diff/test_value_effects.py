"""Without Helm, `diff` tells of a change of values what it tells with Helm, or that it needs Helm to tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry_gitops.assets import read_chart
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.diff.deployment_changes import compare_renderings
from registry_gitops.diff.effect import worst_effect
from registry_gitops.diff.rendering import Rendering
from registry_gitops.render import render

from .effect_cases import TRACKS, Change, Track

NEEDS_HELM = {"`extraDeploy`: other data in it", "`service.loadBalancerClass`"}


def rendering(deployment: RegistryDeployment) -> Rendering:
    files = {path: text for path, text in render(deployment).items() if "/" not in path and path.endswith(".yaml")}
    return Rendering(files, lambda path: read_chart(), "")


def steps(track: Track) -> Iterator[tuple[Change, RegistryDeployment, RegistryDeployment]]:
    source = {"type": "git", "path": "apps/images"}
    now = RegistryDeployment.model_validate({"namespace": "images", "source": source, "values": track.values})
    for change in track.changes:
        after = change.apply(now)
        if after is not None:
            yield change, now, after
            now = after


CASES = [(name, *step) for name, track in TRACKS.items() for step in steps(track)]


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [case[1:] for case in CASES],
    ids=[f"{case[0]}-{case[1].title}" for case in CASES],
)
def test_values_tell_the_effect(change: Change, before: RegistryDeployment, after: RegistryDeployment) -> None:
    changes, notes = compare_renderings(rendering(before), rendering(after), None)
    found = worst_effect(each.effect for each in changes)
    if change.title in NEEDS_HELM:
        assert any(note.startswith("needs Helm to tell what these values do: ") for note in notes)
    else:
        assert found is change.effect
