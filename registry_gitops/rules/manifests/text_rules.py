"""What is wrong with the text of a file: YAML, and the marks that silence findings."""

from __future__ import annotations

from typing import Final

from registry_gitops.rules.rule import Rule

TEXT_RULES: Final[tuple[Rule, ...]] = ()
