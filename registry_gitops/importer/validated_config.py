"""The last step of an import: whatever the checks of `render` refuse becomes a decision, so that the rest renders."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from registry_gitops.deployment import RegistryDeployment, describe_errors
from registry_gitops.documents import Path
from registry_gitops.findings import Finding
from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.importer.finding_keys import place_at, remove_at, resolve_key
from registry_gitops.importer.input_keys import format_path
from registry_gitops.importer.plaintext_secrets import move_plaintext_secrets, move_variable
from registry_gitops.render import render_checked

_MOST_ROUNDS: Final = 50
"""Largest number of times that keys are taken out: each round takes at least one."""

_SWITCHES: Final = ("enabled", "type")
"""Keys without which a section has no effect, and so no problem."""

_PLAINTEXT: Final = "plaintext-password"
"""The rule that finds passwords in variables."""

_LEAVE_OUT: Final = "leave it out, as the config file does"


def validate_draft(draft: ConfigDraft) -> RegistryDeployment:
    """Return the deployment of a draft, out of which the keys are taken that no deployment can have.

    No secret in plaintext stays in it.
    """
    move_plaintext_secrets(draft)
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
    # The last ones first, because an entry that is removed from a list moves those after it.
    found: dict[Path, Finding] = {}
    for finding in findings:
        found.setdefault(resolve_key(draft.config, finding.location.key), finding)
    for path, finding in sorted(found.items(), key=lambda item: [str(step).zfill(6) for step in item[0]], reverse=True):
        is_there = path and resolve_key(draft.config, format_path(path)) == path
        if is_there and not _coerce(draft, finding, path):
            path = _narrowed(draft.config, path, finding.message)
            problem, _, remedy = finding.message.partition(": ")
            options = (remedy or "write another value", _LEAVE_OUT)
            key = format_path(path)
            subject = "it" if key == finding.location.key else finding.location.key
            draft.reconsider(key, f"{subject} is refused: {problem}", *options)
            draft.remove_entry(path)


def _narrowed(config: dict[str, Any], path: Path, message: str) -> Path:
    """Return the path of the one key without which a section is not refused for this reason, or that of the section.

    An entry of a list stays whole: a part of a variable or of a container is none.
    """
    if isinstance(path[-1], int):
        return path
    section = place_at(config, path)
    for key in reversed(section) if isinstance(section, dict) else ():
        changed, inner = copy.deepcopy(config), (*path, key)
        remove_at(changed, inner)
        if key not in _SWITCHES and message not in {problem.message for problem in _problems(changed)}:
            return _narrowed(config, inner, message)
    return path


def _problems(config: dict[str, Any]) -> list[Finding]:
    try:
        RegistryDeployment.model_validate(config, by_alias=True, by_name=False)
    except ValidationError as error:
        return describe_errors(error, data=config)
    return []


def _coerce(draft: ConfigDraft, finding: Finding, path: Path) -> bool:
    """Write a number, a switch, or a text as our chart has it: templates of Helm do not tell them apart."""
    place = place_at(draft.config, path[:-1])
    read = next((read for start, read in _TYPES.items() if finding.message.startswith(start)), None)
    value = read(place[path[-1]]) if read and format_path(path) == finding.location.key else None
    if value is not None:
        place[path[-1]] = value
    return value is not None


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


def _switch_off(draft: ConfigDraft, findings: Iterable[Finding]) -> None:
    """Keep what a rule finds as it was, and ask about it."""
    for finding in findings:
        path = resolve_key(draft.config, finding.location.key)
        if finding.id == _PLAINTEXT and path and path[-1] == "value" and "$(" not in place_at(draft.config, path):
            move_variable(draft, path, place_at(draft.config, path))
            continue
        reason = "imported as it was: decide, and remove this line"
        draft.config.setdefault("rules", {})[finding.id] = {"off": reason}
        options = [f"follow it, and remove rules.{finding.id}", "keep it as it was"]
        if not draft.reconsider(finding.location.key, f"{finding.message} [{finding.id}]", *options):
            draft.differences.append(f"{finding.message} [{finding.id}]")
