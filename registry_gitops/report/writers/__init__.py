"""The formats of a report. Each writer is a function of the report; nothing here prints."""

from collections.abc import Callable
from typing import Final

from registry_gitops.report.report import Report
from registry_gitops.report.writers.github import annotate, format_notice, write_github
from registry_gitops.report.writers.html import write_html
from registry_gitops.report.writers.json import write_json
from registry_gitops.report.writers.junit import write_junit
from registry_gitops.report.writers.phrases import leftover_line
from registry_gitops.report.writers.sarif import write_sarif
from registry_gitops.report.writers.text import escape_line, fold, format_finding, write_text

WRITERS: Final[dict[str, Callable[[Report], str]]] = {
    "text": write_text,
    "json": write_json,
    "junit": write_junit,
    "sarif": write_sarif,
    "github": write_github,
    "html": write_html,
}
"""The writers by the name of their format."""

__all__ = ["WRITERS", "annotate", "escape_line", "fold", "format_finding", "format_notice", "leftover_line"]
__all__ += ["write_text"]
