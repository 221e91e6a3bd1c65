"""docs/diff.md has each change that tests/e2e/test_diff_effects.py makes on a real cluster, with its effect."""

from __future__ import annotations

from tests.support.tools import ROOT

from .effect_cases import TRACKS

PAGE = ROOT / "docs" / "diff.md"
START, END = "<!-- effects -->\n", "<!-- /effects -->\n"


def test_page_has_each_change_with_its_effect(update_goldens: bool) -> None:
    changes = [(track.about, change) for track in TRACKS.values() for change in track.changes]
    rows = [f"| {about} | {change.title} | `{change.effect}` |" for about, change in changes]
    table = "\n".join(("", "| deployment | change | effect |", "|---|---|---|", *rows, "", ""))
    before, _, rest = PAGE.read_text("utf-8").partition(START)
    found, _, after = rest.partition(END)
    if update_goldens:
        PAGE.write_text(before + START + table + END + after, "utf-8")
    else:
        assert found == table
