"""What an object's schema refuses, and the rules in CEL of its definition."""

from __future__ import annotations

from typing import Final

from registry_gitops.rules.rule import Rule

SCHEMA_RULES: Final[tuple[Rule, ...]] = ()
