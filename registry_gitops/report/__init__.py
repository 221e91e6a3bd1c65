"""The one report of every command that looks at something: a typed result, and the forms in which it is written."""

from registry_gitops.report.model import Outcome, Place, Report, Result, Severity
from registry_gitops.report.writers import WRITERS

__all__ = ["WRITERS", "Outcome", "Place", "Report", "Result", "Severity"]
