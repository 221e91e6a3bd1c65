"""The formats of a report. Each writer is a pure function of the report; nothing here prints."""

from collections.abc import Callable
from typing import Final

from registry_gitops.report.model import Report
from registry_gitops.report.writers import github, html, json, junit, sarif
from registry_gitops.report.writers.text import fold, format_finding, one_line, write_text

WRITERS: Final[dict[str, Callable[[Report], str]]] = {
    "text": write_text,
    "json": json.write,
    "junit": junit.write,
    "sarif": sarif.write,
    "github": github.write,
    "html": html.write,
}
"""The writers by the name of their format."""

__all__ = ["WRITERS", "fold", "format_finding", "one_line", "write_text"]
