"""The last step of an import: whatever the checks of `render` refuse becomes a decision, so that the rest renders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from registry_gitops.deployment import RegistryDeployment, describe_errors
from registry_gitops.findings import Finding
from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.render import render_checked

_MOST_ROUNDS: Final = 50
"""Largest number of times that keys are taken out: each round takes at least one."""

_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[]+)")


def validate_draft(draft: ConfigDraft) -> RegistryDeployment:
    """Return the deployment of a draft, out of which the keys are taken that no deployment can have."""
    for _ in range(_MOST_ROUNDS):
        try:
            deployment = RegistryDeployment.model_validate(draft.config, by_alias=True, by_name=False)
        except ValidationError as error:
            _take_out(draft, describe_errors(error, data=draft.config))
            continue
        errors = [finding for finding in render_checked(deployment)[0] if finding.is_error]
        if not errors:
            return deployment
        _switch_off(draft, errors)
    return RegistryDeployment.model_validate(draft.config, by_alias=True, by_name=False)


def _take_out(draft: ConfigDraft, findings: Iterable[Finding]) -> None:
    for finding in findings:
        key = finding.location.key
        options = [f"write {key} in another way", "leave it out"]
        while key and not _remove(draft.config, [_step(match) for match in _STEP.finditer(key)]):
            key = key.rpartition("[" if key.endswith("]") else ".")[0]
        if key:
            draft.reconsider(finding.location.key or key, f"registry-gitops refuses it: {finding.message}", *options)


def _switch_off(draft: ConfigDraft, findings: Iterable[Finding]) -> None:
    """Keep what a rule finds as it was, and ask about it."""
    for finding in findings:
        reason = "imported as it was: decide, and remove this line"
        draft.config.setdefault("rules", {})[finding.id] = {"off": reason}
        options = [f"follow it, and remove rules.{finding.id}", "keep it as it was"]
        if not draft.reconsider(finding.location.key, f"{finding.message} [{finding.id}]", *options):
            draft.differences.append(f"{finding.message} [{finding.id}]")


def _step(match: re.Match[str]) -> str | int:
    return match[2] if match[1] is None else int(match[1])


def _remove(place: Any, steps: list[str | int]) -> bool:
    """Remove what is at the path, if it is there."""
    for step in steps[:-1]:
        if not _has(place, step):
            return False
        place = place[step]
    if not steps or not _has(place, steps[-1]):
        return False
    del place[steps[-1]]
    return True


def _has(place: Any, step: str | int) -> bool:
    if isinstance(place, list):
        return isinstance(step, int) and step < len(place)
    return isinstance(place, dict) and step in place
