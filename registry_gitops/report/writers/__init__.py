"""The formats of a report. Each writer is a pure function of the report; nothing here prints."""

from collections.abc import Callable
from typing import Final

from registry_gitops.report.model import Report
from registry_gitops.report.writers import github, html, json, junit, text
from registry_gitops.report.writers.words import format_finding

WRITERS: Final[dict[str, Callable[[Report], str]]] = {
    "text": text.write,
    "json": json.write,
    "junit": junit.write,
    "github": github.write,
    "html": html.write,
}
"""The writers by the name of their format."""

__all__ = ["WRITERS", "format_finding"]
