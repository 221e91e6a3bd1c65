"""What `validate` prints: a finding per line, as compilers do, then what was looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from registry_gitops.cli.streams import on_one_line
from registry_gitops.findings import Finding, Severity

if TYPE_CHECKING:
    from registry_gitops.validation import Examination

_COLORS: Final = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[33m"}
_BOLD: Final = "\x1b[1m"
_END: Final = "\x1b[0m"


def format_examination(examination: Examination, seconds: float, *, color: bool = False) -> str:
    """Return the findings, each with what to change, and a last line with the counts."""
    return "".join(f"{line}\n" for line in _lines(examination, seconds, color))


def _lines(examination: Examination, seconds: float, color: bool) -> Iterator[str]:
    for finding in examination.findings:
        yield _headline(finding, color)
        if finding.remedy:
            yield f"    {on_one_line(finding.remedy)}"
        yield from (f"    | {on_one_line(line)}" for line in finding.evidence)
    counts = Counter(finding.severity for finding in examination.findings)
    found = ", ".join(f"{counts[each]} {each}{'' if counts[each] == 1 else 's'}" for each in Severity if counts[each])
    looked_at, *others = examination.notes
    yield f"{looked_at} in {seconds:.1f} s: {found or 'no findings'}"
    yield from others


def _headline(finding: Finding, color: bool) -> str:
    text = on_one_line(finding.headline)
    position = finding.location.position
    if not color or not position:
        return text
    rest = text.removeprefix(on_one_line(position)).removeprefix(f": {finding.severity}")
    return f"{_BOLD}{on_one_line(position)}{_END}: {_COLORS[finding.severity]}{finding.severity}{_END}{rest}"
