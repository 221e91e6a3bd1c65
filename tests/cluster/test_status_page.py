"""docs/status.md shows what `status` prints for snapshots, and lists every cause."""

from __future__ import annotations

import re
from pathlib import Path

from registry_gitops.cluster.status import CauseId

PAGE = Path(__file__).parents[2] / "docs/status.md"
TEXTS = Path(__file__).parent / "text"
SHOWN = re.compile(r"(<!-- (\S+) -->\n```text\n)(.*?)(?=```$)", re.MULTILINE | re.DOTALL)


def test_page_shows_what_status_prints(update_goldens: bool) -> None:
    page = PAGE.read_text("utf-8")
    wanted = SHOWN.sub(lambda shown: shown[1] + (TEXTS / f"{shown[2]}.txt").read_text("utf-8"), page)
    if update_goldens:
        PAGE.write_text(wanted, "utf-8")
    else:
        assert page == wanted
    assert len(SHOWN.findall(page)) == 4


def test_page_lists_every_cause_with_its_meaning_in_order() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == [(each.value, each.meaning) for each in CauseId]
