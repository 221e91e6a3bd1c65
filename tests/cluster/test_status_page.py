"""docs/status.md shows what `status` prints, and each cause with its states; --update-goldens writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from registry_gitops.cluster.status import CauseId, assess, format_status_table
from tests.cluster.registries import statuses
from tests.cluster.states.state import State
from tests.cluster.states.table import STATES

PAGE = Path(__file__).parents[2] / "docs/status.md"
TEXTS = Path(__file__).parent / "text"
SHOWN = re.compile(r"(<!-- (\S+) -->\n```text\n)(.*?)(?=```$)", re.MULTILINE | re.DOTALL)
GENERATED = re.compile(r"(<!-- (Causes|States), generated .*? -->\n).*?(?=<!-- End of the)", re.DOTALL)


def wanted(page: str) -> str:
    page = SHOWN.sub(lambda shown: shown[1] + shown_text(shown[2]), page)
    return GENERATED.sub(lambda part: part[1] + (index() if part[2] == "Causes" else sections()), page)


def index() -> str:
    rows = "".join(f"| [{id_.value}](#{id_.value}) | {id_.meaning} |\n" for id_ in CauseId)
    return f"| cause | meaning |\n|---|---|\n{rows}"


@cache
def sections() -> str:
    return "".join(map(section, CauseId)) + "\n"


def shown_text(name: str) -> str:
    if name == "table":
        return format_status_table(statuses(), width=120)
    return (TEXTS / f"{name}.txt").read_text("utf-8")


def section(id_: CauseId) -> str:
    rows = "".join(map(row, states_of(id_)))
    table = f"| state | status says | remedy |\n|---|---|---|\n{rows}" if rows else ""
    return f"\n### {id_.value}\n\n{table}"


def states_of(id_: CauseId) -> Iterator[State]:
    yield from (state for state in STATES if state.causes[:1] == (id_.value,))


def row(state: State) -> str:
    first = assess(state.snapshot).findings[0]
    title = f"[{cell(state.title)}]({state.report})" if state.report else cell(state.title)
    title += " (recorded)" if state.recording else ""
    return f"| {title} | {cell(first.message)} | {cell(first.remedy)} |\n"


def cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "\\<").split())


def test_page_has_what_status_prints_and_every_cause(update_goldens: bool) -> None:
    page = PAGE.read_text("utf-8")
    if update_goldens:
        PAGE.write_text(wanted(page), "utf-8")
        page = wanted(page)
    assert page == wanted(page)
    assert len(SHOWN.findall(page)) == 5
    assert [part[1] for part in GENERATED.findall(page)] == ["Causes", "States"]
    assert page.count("\n### ") == len(CauseId)
