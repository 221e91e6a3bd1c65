"""The rules of custom resources in CEL (`x-kubernetes-validations`): a reader and evaluator of our own.

rules = compile_rules(schema)
problems = list(rules.check(value)) if rules else []
"""

from registry_gitops.validation.cel.preparation import compile_defaults
from registry_gitops.validation.cel.rules import CelRules, compile_rules

__all__ = ["CelRules", "compile_defaults", "compile_rules"]
