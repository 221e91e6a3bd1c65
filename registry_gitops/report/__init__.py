"""The one report of every command that looks at something: typed results, and the formats in which they are written."""

from registry_gitops.report.contract import ContractModel
from registry_gitops.report.report import CheckResult, Outcome, Report, Requirement
from registry_gitops.report.writers import (
    WRITERS,
    annotate,
    escape_line,
    fold,
    format_finding,
    format_notice,
    leftover_line,
    write_text,
)

__all__ = ["WRITERS", "CheckResult", "ContractModel", "Outcome", "Report", "Requirement"]
__all__ += ["annotate", "escape_line", "fold", "format_finding", "format_notice", "leftover_line", "write_text"]
