"""Secrets in plaintext leave the config file: those of containers for a Secret, which is encrypted before a commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from registry_gitops.documents import Path, is_decided_later
from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.importer.config_variables import VARIABLES
from registry_gitops.importer.finding_keys import place_at
from registry_gitops.importer.input_keys import format_path
from registry_gitops.masking import mask

_WORDS: Final = ("command", "args")
_CONTAINERS: Final = ("sidecars", "initContainers")
_USERS_BY_COMMAND: Final = r"\bhtpasswd\s+-\w*b"
"""`htpasswd -b` has the password among its arguments."""
_ADDRESSES: Final = r"[\w.@, /:-]*[\w.-]+@[\w.-]+"
"""One or more names with @, as of people, or of middlewares of Traefik: no credentials."""
_NO_KEY: Final = r"[^-\w.]|[^\x00-\x7f]|^\.+$"
"""What cannot be in a key of a Secret."""
_IN_PLAINTEXT: Final = "it has a secret in plaintext, and registry.yaml is committed"
_OPTIONS: Final = (
    "put it into a Secret, and refer to that",
    "leave it out, as the config file does",
)


def move_plaintext_secrets(draft: ConfigDraft) -> None:
    """Take the secrets in plaintext out of the values of a draft.

    Variables, commands, and arguments of containers read them from a Secret instead; other keys become decisions.
    """
    # The last ones first, because an entry that is removed from a list moves those after it.
    for path, text in reversed(list(_texts(draft.config.get("values"), ("values",)))):
        if not is_decided_later(text) and (mover := _mover(draft, path, text)):
            mover(path, text)


def move_variable(draft: ConfigDraft, path: Path, text: str) -> None:
    """Let the variable whose value is at `path` read that from a Secret."""
    entry = place_at(draft.config, path[:-1])
    reference = _add(draft, path, str(entry.get("name")), text)
    del entry["value"]
    entry["valueFrom"] = reference
    draft.translate_again(format_path(path), (f"{format_path(path[:-1])}.valueFrom",), _moved(reference))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, str):
        yield path, value
    for step, item in items:
        yield from _texts(item, (*path, step))


def _mover(draft: ConfigDraft, path: Path, text: str) -> Callable[[Path, str], None] | None:
    """Return what takes a text out of the config file, or None if it has no secret."""
    refers = "$(" in text
    """Kubernetes expands a reference to a variable here, and not in a Secret."""
    if path[-1] == "value" and (path[-3] == "env" or path[:2] == tuple(VARIABLES.split("."))):
        assignment = f"{place_at(draft.config, path[:-1]).get('name')}={text}"
        return partial(move_variable, draft) if mask(assignment) != assignment and not refers else None
    if len(path) > 3 and path[1] in _CONTAINERS and path[-2] in _WORDS and not refers:
        return partial(_move_word, draft) if mask(text) != text or re.search(_USERS_BY_COMMAND, text) else None
    return partial(_ask, draft) if mask(text) != text and not re.fullmatch(_ADDRESSES, text) else None


def _move_word(draft: ConfigDraft, path: Path, text: str) -> None:
    """Let a word of a container's command be a variable, which Kubernetes expands."""
    *above, key, index = path
    container = place_at(draft.config, tuple(above))
    name = re.sub(r"\W", "_", f"{container.get('name')}_{key}_{index}".upper())
    container[key][index] = f"$({name})"
    reference = _add(draft, path, name, text)
    container["env"] = [*(container.get("env") or []), {"name": name, "valueFrom": reference}]
    words = format_path((*above, key))
    draft.translate_again(words, (words,), _moved(reference))


def _ask(draft: ConfigDraft, path: Path, _: str) -> None:
    draft.reconsider(format_path(path), _IN_PLAINTEXT, *_OPTIONS)
    draft.remove_entry(path)


def _add(draft: ConfigDraft, path: Path, key: str, text: str) -> dict[str, Any]:
    """Add a text to the Secret of the variables, and return the reference to it."""
    secret, key = f"{draft.name}-environment", re.sub(_NO_KEY, "_", key) or "value"
    if draft.secrets.get(secret, {}).get(key, text) != text:
        key = f"{key}.{'.'.join(str(step) for step in path[1:-1] if step != 'env')}"
    draft.add_secret(secret, {key: text})
    return {"secretKeyRef": {"name": secret, "key": key}}


def _moved(reference: dict[str, Any]) -> str:
    return "it is the key {key} of the Secret {name} now".format(**reference["secretKeyRef"])
