"""docs/faults.md is the table of the faults; --update-goldens writes it."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from tests.smoke.faults.fault import Fault
from tests.smoke.faults.table import FAULTS
from tests.support.tools import ROOT

PAGE: Final = ROOT / "docs/faults.md"

HEAD: Final = """\
# Faults that smoke finds

<!-- Generated from tests/smoke/faults: `pytest tests/smoke/faults/test_page.py --update-goldens`. -->

Users of deployed registries reported these faults. A test rebuilds each of them, mostly as a proxy in front of a good
registry, and expects that these [checks](checks.md) fail. The level is the lowest that finds it. The last
column has words of the remedy, which the page of the check has whole.
"""

COLUMNS: Final = "| fault | report | rebuilt as | level | checks | remedy names |\n|---|---|---|---|---|---|\n"


def page() -> str:
    parts = [HEAD]
    for kind, faults in groupby(FAULTS, lambda fault: fault.kind):
        rows = "".join(f"{row(fault)}\n" for fault in faults)
        parts.append(f"## {kind.capitalize()}\n\n{COLUMNS}{rows}")
    return "\n".join(parts)


def row(fault: Fault) -> str:
    checks = ", ".join(f"[{check}](checks.md#{check})" for check in sorted(fault.caught_by))
    cells = (fault.name, link(fault.report), how(fault), fault.level, checks, fault.remedy.replace("`", ""))
    return f"| {' | '.join(cells)} |"


def link(report: str) -> str:
    if report.startswith("https://"):
        return f"[{report.partition('://')[2].partition('/')[0]}]({report})"
    repository, _, number = report.partition("#")
    return f"[{report}](https://github.com/{repository}/issues/{number})"


def how(fault: Fault) -> str:
    if fault.start:
        return "the real program, configured so"
    behind = "the reference registry" if fault.base == "reference" else "`registry:3`"
    return f"proxy in front of {behind}{' with htpasswd' if fault.guarded else ''}"


def test_page_is_the_table_of_the_faults(update_goldens: bool) -> None:
    if update_goldens:
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()
