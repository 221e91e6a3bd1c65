"""Hide what comes from Secrets, wherever the chart puts it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from registry_gitops.diff.diff_report import ObjectChange
from registry_gitops.masking import HIDDEN

_SHORTEST: Final = 4
"""Characters of a secret that is hidden inside of other texts too: a shorter one, such as 1, is in any text."""


def hide_secrets(
    changes: tuple[ObjectChange, ...], notes: tuple[str, ...], secrets: Collection[str]
) -> tuple[tuple[ObjectChange, ...], tuple[str, ...]]:
    """Return changes and notes without the secrets."""
    # As JSON has them, too, of which a value that is no text is shown.
    hidden = sorted(
        {*secrets, *(json.dumps(each, ensure_ascii=False)[1:-1] for each in secrets)}, key=len, reverse=True
    )
    if not hidden:
        return changes, notes
    shown = tuple(
        change.model_copy(
            update={
                "reason": _hide(change.reason, hidden),
                "fields": tuple(
                    field.model_copy(
                        update={
                            "before": None if field.before is None else _hide(field.before, hidden),
                            "after": None if field.after is None else _hide(field.after, hidden),
                        }
                    )
                    for field in change.fields
                ),
            }
        )
        for change in changes
    )
    return shown, tuple(_hide(note, hidden) for note in notes)


def _hide(text: str, secrets: list[str]) -> str:
    if text in secrets:
        return HIDDEN
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, HIDDEN)
    return text
