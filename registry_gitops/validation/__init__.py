"""Validation of any Flux repository before the commit: YAML, schemas, CEL, chart values, references, and rules.

from registry_gitops import validate

report = validate(["clusters", "apps"])
assert report.passed, report.findings
"""

from registry_gitops.validation.builds import BuildError, build_directory, find_kustomize
from registry_gitops.validation.engine import examine
from registry_gitops.validation.examination import Examination
from registry_gitops.validation.reporting import build_report, validate
from registry_gitops.validation.validation_options import KUBERNETES_VERSIONS, ValidationOptions

__all__ = ["KUBERNETES_VERSIONS", "BuildError", "Examination", "ValidationOptions", "build_directory", "build_report"]
__all__ += ["examine", "find_kustomize", "validate"]
