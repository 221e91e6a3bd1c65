"""What the API server refuses though the schema takes it."""

from __future__ import annotations

from typing import Final

from registry_gitops.rules.rule import Rule

ADMISSION_RULES: Final[tuple[Rule, ...]] = ()
