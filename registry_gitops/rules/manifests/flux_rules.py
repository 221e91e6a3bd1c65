"""What Flux's controllers do with objects that every schema takes."""

from __future__ import annotations

from typing import Final

from registry_gitops.rules.rule import Rule

FLUX_RULES: Final[tuple[Rule, ...]] = ()
