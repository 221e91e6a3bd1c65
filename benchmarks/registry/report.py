"""The results as Markdown, and where we fall short of what we want."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence

from benchmarks.registry.driver import Sample
from benchmarks.registry.results import Floor, Results, Syncs
from benchmarks.registry.rows import Row
from benchmarks.registry.servers import DISTRIBUTION, OLAREG, OURS, SERVERS

WANTED_PEAK = 64e6
"""Bytes of memory, on every row."""
WANTED_START = 0.150
"""Seconds, whatever is stored."""
WANTED_GROWTH = 1.25
"""The same time is wanted; medians of so short a time differ by that much on their own."""

NAMES = tuple(server.name for server in SERVERS)
PEERS = (DISTRIBUTION.name, OLAREG.name)


def markdown(results: Results) -> str:
    """Render everything that was measured."""
    sections = {
        "Speed, higher is better": _speed(results),
        "Cost: server CPU of one operation in ms, and peak memory in MB": _cost(results),
        "Floor: tags/s of a loop without HTTP and syncs, and of manifest PUT": _floor(results),
        "Start: seconds to the first answer": _starts(results),
        "Growth: time of a request with much stored, over that with little": _growth(results),
        "Calls that sync to disk": _syncs(results),
        "Short of what is wanted": [f"- {line}" for line in shortfalls(results)] or ["Nothing."],
    }
    facts = "; ".join(f"{name} {value}" for name, value in results.machine.items())
    head = [f"Rounds: {results.rounds}; figures are medians; a ratio is that of a round (least to most). {facts}."]
    parts = (["", f"## {title}", "", *lines] for title, lines in sections.items() if lines)
    return "\n".join(head + [line for part in parts for line in part])


def shortfalls(results: Results) -> list[str]:
    """Every place where we want more than was measured, a line for each."""
    return [*_slow(results), *_large(results), *_late(results), *_growing(results)]


def ratios(results: Results, row: Row, peer: str) -> list[float]:
    """Our speed over the peer's, of each round in which both did what was asked."""
    ours, theirs = results.cell(row, OURS.name).samples, results.cell(row, peer).samples
    return [mine.speed / other.speed for mine, other in zip(ours, theirs, strict=False)]


def _rows(results: Results) -> list[Row]:
    return list(dict.fromkeys(cell.row for cell in results.cells))


def _wanted(row: Row, peer: str) -> float:
    if peer == DISTRIBUTION.name:
        return row.wanted
    return 0.0 if row.writes else 1.0


def _slow(results: Results) -> Iterator[str]:
    for row in _rows(results):
        if refusal := results.cell(row, OURS.name).refusal:
            yield f"{_name(row)}: {refusal}"
        for peer in PEERS:
            found = ratios(results, row, peer)
            if found and statistics.median(found) < _wanted(row, peer):
                yield f"{_name(row)}: x{statistics.median(found):.2f} of {peer}, wanted x{_wanted(row, peer):g}"


def _large(results: Results) -> Iterator[str]:
    for cell in results.cells:
        peak = max((sample.peak for sample in cell.samples), default=0)
        if cell.server == OURS.name and peak > WANTED_PEAK:
            yield f"{_name(cell.row)}: peak memory {peak / 1e6:.0f} MB, wanted {WANTED_PEAK / 1e6:.0f}"


def _late(results: Results) -> Iterator[str]:
    for starts in results.starts:
        seconds = statistics.median(starts.seconds[OURS.name])
        if seconds > WANTED_START:
            yield f"start with {starts.stored} stored: {seconds:.3f} s, wanted {WANTED_START:.3f}"


def _growing(results: Results) -> Iterator[str]:
    for growth in results.growth:
        if growth.ratio > WANTED_GROWTH:
            yield f"{growth.request} with many {growth.stored}: x{growth.ratio:.2f} the time, wanted x1"


def _name(row: Row) -> str:
    return f"{row.title}, {row.load.connections} connection{'s' * (row.load.connections > 1)}"


def _speed(results: Results) -> list[str]:
    def line(row: Row) -> list[str]:
        divisor = 1e6 if row.unit == "MB/s" else 1
        speeds = [_of(results, row, name, lambda sample: sample.speed / divisor) for name in NAMES]
        compared = (_ratio(results, row, peer) for peer in PEERS)
        return [row.title, str(row.load.connections), row.unit, *speeds, *compared]

    head = ("load", "connections", "unit", *NAMES, *(f"ours / {peer}" for peer in PEERS))
    return _table(head, map(line, _rows(results)), left=1)


def _cost(results: Results) -> list[str]:
    def line(row: Row) -> list[str]:
        computed = [_of(results, row, name, lambda sample: sample.cpu_of_one * 1e3) for name in NAMES]
        peaks = [_of(results, row, name, lambda sample: sample.peak / 1e6, max) for name in NAMES]
        return [row.title, str(row.load.connections), *computed, *peaks]

    head = ("load", "connections", *(f"CPU: {name}" for name in NAMES), *(f"memory: {name}" for name in NAMES))
    return _table(head, map(line, _rows(results)), left=1)


def _starts(results: Results) -> list[str]:
    lines = ([each.stored, *(_seconds(each.seconds[name]) for name in NAMES)] for each in results.starts)
    return _table(("stored", *NAMES), lines, left=1)


def _growth(results: Results) -> list[str]:
    lines = (
        [each.request, each.stored, _milliseconds(each.little), _milliseconds(each.much), f"x{each.ratio:.2f}"]
        for each in results.growth
    )
    return _table(("request", "of what there are many", "ms with few", "ms with many", "ratio"), lines, left=2)


def _floor(results: Results) -> list[str]:
    lines = ([str(each.connections), _speeds(each.loop), _speeds(each.ours), _shares(each)] for each in results.floor)
    return _table(("threads, connections", "loop", OURS.name, "ours / loop"), lines, left=0)


def _speeds(found: list[float]) -> str:
    return _number(statistics.median(found))


def _shares(floor: Floor) -> str:
    return _spread([ours / loop for ours, loop in zip(floor.ours, floor.loop, strict=True)])


def _syncs(results: Results) -> list[str]:
    lines = ([each.server, _calls(each, each.blob), _calls(each, each.manifest)] for each in results.syncs)
    return _table(("server", "for a blob of 1 MB", "for a manifest"), lines, left=3)


def _calls(syncs: Syncs, calls: dict[str, float] | None) -> str:
    if calls is None:
        return "unknown: strace cannot be used here"
    return ", ".join(f"{count:g} {name}" for name, count in calls.items()) or "none"


def _of(
    results: Results,
    row: Row,
    server: str,
    figure: Callable[[Sample], float],
    middle: Callable[[list[float]], float] = statistics.median,
) -> str:
    samples = results.cell(row, server).samples
    return _number(middle([figure(sample) for sample in samples])) if samples else "-"


def _ratio(results: Results, row: Row, peer: str) -> str:
    found = ratios(results, row, peer)
    if not found:
        return "-"
    return _spread(found, is_short=statistics.median(found) < _wanted(row, peer))


def _spread(found: list[float], *, is_short: bool = False) -> str:
    middle = f"x{statistics.median(found):.2f}"
    spread = f" ({min(found):.2f} to {max(found):.2f})" if len(found) > 1 else ""
    return f"**{middle}**{spread}" if is_short else f"{middle}{spread}"


def _seconds(found: list[float]) -> str:
    return f"{statistics.median(found):.3f} ({min(found):.3f} to {max(found):.3f})"


def _milliseconds(found: list[float]) -> str:
    return f"{statistics.median(found) * 1e3:.3g}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _table(head: Sequence[str], lines: Iterable[Sequence[str]], *, left: int) -> list[str]:
    """A table; nothing where it has no lines. So many columns are aligned to the left, and the rest are numbers."""
    body = ["| " + " | ".join(line) + " |" for line in lines]
    rule = "|" + "---|" * left + "---:|" * (len(head) - left)
    return ["| " + " | ".join(head) + " |", rule, *body] if body else []
