"""What the API server refuses though the schema takes it."""

from __future__ import annotations

from typing import Final

from registry_gitops.rules.manifests.admission import FIELD_RULES
from registry_gitops.rules.rule import Rule

ADMISSION_RULES: Final[tuple[Rule, ...]] = tuple(each.rule for each in FIELD_RULES)
"""The rules; `find_refusals` searches for all of them at once."""
