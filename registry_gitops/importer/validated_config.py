"""The last step of an import: whatever the checks of `render` refuse becomes a decision, so that the rest renders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from registry_gitops.deployment import RegistryDeployment, describe_errors
from registry_gitops.findings import Finding
from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.render import render_checked

_MOST_ROUNDS: Final = 50
"""Largest number of times that keys are taken out: each round takes at least one."""

_LEAVE_OUT: Final = "leave it out, as the config file does"

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
    present = {finding: _present_part(draft.config, finding.location.key) for finding in findings}
    for finding, key in present.items():
        if _coerce(draft, finding, key):
            continue
        problem, _, remedy = finding.message.partition(": ")
        draft.reconsider(finding.location.key, f"it is refused: {problem}", remedy or "write another value", _LEAVE_OUT)
        _remove(draft.config, _steps(key))


def _coerce(draft: ConfigDraft, finding: Finding, key: str) -> bool:
    """Write a number, a switch, or a text as our chart has it: templates of Helm do not tell them apart."""
    steps = _steps(key)
    if key != finding.location.key or not steps:
        return False
    place: Any = draft.config
    for step in steps[:-1]:
        place = place[step]
    read = next((read for start, read in _TYPES.items() if finding.message.startswith(start)), None)
    value = read(place[steps[-1]]) if read else None
    if value is None:
        return False
    place[steps[-1]] = value
    return True


def _as_number(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and value.isdecimal() else None


def _as_switch(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else None


_TYPES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "must be a whole number": _as_number,
    "must be true or false": _as_switch,
    "must be text": _as_text,
}
"""How the message begins about a value of another type, and what reads the value as that type."""


def _present_part(config: dict[str, Any], key: str) -> str:
    """Return the key, or the innermost section of it that the config file has."""
    while key and not _has_path(config, _steps(key)):
        key = key.rpartition("[" if key.endswith("]") else ".")[0]
    return key


def _switch_off(draft: ConfigDraft, findings: Iterable[Finding]) -> None:
    """Keep what a rule finds as it was, and ask about it."""
    for finding in findings:
        reason = "imported as it was: decide, and remove this line"
        draft.config.setdefault("rules", {})[finding.id] = {"off": reason}
        options = [f"follow it, and remove rules.{finding.id}", "keep it as it was"]
        if not draft.reconsider(finding.location.key, f"{finding.message} [{finding.id}]", *options):
            draft.differences.append(f"{finding.message} [{finding.id}]")


def _steps(key: str) -> list[str | int]:
    return [match[2] if match[1] is None else int(match[1]) for match in _STEP.finditer(key)]


def _remove(config: dict[str, Any], steps: list[str | int]) -> None:
    """Remove what is at the path, if it is there, and the section that is empty without it."""
    if not steps or not _has_path(config, steps):
        return
    *sections, last = steps
    place: Any = config
    for step in sections:
        place = place[step]
    del place[last]
    if not place:
        _remove(config, sections)


def _has_path(place: Any, steps: list[str | int]) -> bool:
    for step in steps:
        is_there = step in place if isinstance(place, dict) else isinstance(place, list) and step in range(len(place))
        if not is_there:
            return False
        place = place[step]
    return True
