"""What objects name, and the repository does not have; and what nothing names."""

from __future__ import annotations

from typing import Final

from registry_gitops.rules.rule import Rule

REFERENCE_RULES: Final[tuple[Rule, ...]] = ()
