"""The table says what was measured, and the end of it where that is less than what we want."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from benchmarks.registry import report
from benchmarks.registry.driver import Load, Sample
from benchmarks.registry.results import Floor, Growth, Results, Starts, Syncs
from benchmarks.registry.rows import FULL, QUICK, Row, blobs, lists, small
from benchmarks.registry.servers import DISTRIBUTION, OLAREG, OURS

NAMES = (OURS.name, DISTRIBUTION.name, OLAREG.name)
READ = Row("ping", Load("ping", connections=10))
WRITE = Row("push 1 MB", Load("push", size=10**6), "MB/s", wanted=3.0, writes=True)


def sample(operations: float, *, cpu: float = 0.5, peak: float = 30e6, size: float = 0) -> Sample:
    return Sample(int(operations), 1.0, 0.001, 0.002, int(operations * size), cpu, 0.1, int(peak), 0)


def results(row: Row, *speeds: tuple[float, float, float], size: float = 0) -> Results:
    found = Results({"CPUs": "2"}, len(speeds))
    for speed in speeds:
        for name, operations in zip(NAMES, speed, strict=True):
            found.cell(row, name).samples.append(sample(operations, size=size))
    return found


def test_a_ratio_is_that_of_a_round_and_the_table_gives_the_middle_one_of_them() -> None:
    found = results(READ, (300, 100, 100), (80, 20, 40), (1000, 500, 500))
    assert report.ratios(found, READ, DISTRIBUTION.name) == [3, 4, 2]
    assert "| ping | 10 | /s | 300 | 100 | 100 | x3.00 (2.00 to 4.00) | x2.00 (2.00 to 3.00) |" in report.markdown(
        found
    )


def test_bytes_are_compared_where_there_are_bytes() -> None:
    found = results(WRITE, (300, 100, 600), size=1e6)
    assert "| push 1 MB | 1 | MB/s | 300 | 100 | 600 | x3.00 | x0.50 |" in report.markdown(found)


def test_where_all_is_as_we_want_it_nothing_is_short() -> None:
    found = results(READ, (100, 100, 100))
    assert report.shortfalls(found) == []
    assert report.markdown(found).endswith("## Short of what is wanted\n\nNothing.")


@pytest.mark.parametrize(
    ("row", "speeds", "short"),
    [
        (READ, (99, 100, 90), ["ping, 10 connections: x0.99 of registry v3.1.1, wanted x1"]),
        (READ, (100, 90, 200), ["ping, 10 connections: x0.50 of olareg v0.2.2, wanted x1"]),
        (WRITE, (290, 100, 900), ["push 1 MB, 1 connection: x2.90 of registry v3.1.1, wanted x3"]),
        (WRITE, (300, 100, 900), []),  # olareg wins by what it does not sync
    ],
)
def test_a_row_that_is_slower_than_wanted_is_short(
    row: Row, speeds: tuple[float, float, float], short: list[str]
) -> None:
    assert report.shortfalls(results(row, speeds)) == short


def test_what_is_short_stands_out_in_the_table() -> None:
    assert "| **x0.50** | x1.00 |" in report.markdown(results(READ, (50, 100, 50)))


def test_the_worst_peak_of_ours_is_held_against_us_and_that_of_a_peer_is_not() -> None:
    found = results(READ, (100, 100, 100), (100, 100, 100))
    found.cell(READ, OURS.name).samples.append(sample(100, peak=64.6e6))
    found.cell(READ, DISTRIBUTION.name).samples.append(sample(100, peak=500e6))
    assert report.shortfalls(found) == ["ping, 10 connections: peak memory 65 MB, wanted 64"]


def test_a_row_that_a_server_refuses_is_a_dash_and_a_shortfall_if_it_is_ours() -> None:
    found = results(READ, (100, 100, 100))
    for name in (OURS.name, OLAREG.name):
        found.cell(READ, name).samples.clear()
        found.cell(READ, name).refusal = "GET /v2/: 500 where 200 was wanted"
    assert "| ping | 10 | /s | - | 100 | - | - | - |" in report.markdown(found)
    assert report.shortfalls(found) == ["ping, 10 connections: GET /v2/: 500 where 200 was wanted"]


def test_a_late_start_and_a_cost_that_grows_are_short() -> None:
    found = results(READ, (100, 100, 100))
    found.starts.append(Starts("nothing", {name: [0.1, 0.149, 9.0] for name in NAMES}))
    found.starts.append(Starts("5,000 repositories", {name: [0.2] for name in NAMES}))
    found.growth.append(Growth("blob HEAD", "tags", little=[0.001, 0.001], much=[0.001, 0.0012]))
    found.growth.append(Growth("tag PUT", "tags", little=[0.001], much=[0.002]))
    assert report.shortfalls(found) == [
        "start with 5,000 repositories stored: 0.200 s, wanted 0.150",
        "tag PUT with many tags: x2.00 the time, wanted x1",
    ]


def test_a_manifest_put_stands_beside_the_loop_of_its_round() -> None:
    found = results(READ, (100, 100, 100))
    found.floor.append(Floor(10, loop=[400, 1000, 500], ours=[200, 600, 1000]))
    assert "| 10 | 500 | 600 | x0.60 (0.50 to 2.00) |" in report.markdown(found)


def test_calls_that_were_not_counted_are_unknown_and_not_none() -> None:
    found = results(READ, (100, 100, 100))
    found.syncs = [Syncs("a", {"fsync": 4.0, "fdatasync": 0.5}, {}), Syncs("b", None, None)]
    text = report.markdown(found)
    assert "| a | 4 fsync, 0.5 fdatasync | none |" in text
    assert "| b | unknown: strace cannot be used here | unknown: strace cannot be used here |" in text


def test_results_can_be_saved_as_json() -> None:
    found = results(READ, (100, 100, 100))
    saved = json.loads(json.dumps(asdict(found)))
    assert saved["cells"][0]["row"]["load"]["connections"] == 10
    assert saved["cells"][0]["samples"][0]["operations"] == 100


def test_the_issue_s_rows_are_all_measured_and_no_row_twice() -> None:
    rows = [*small(FULL), *(row for group in blobs(FULL) for row in group), *lists(FULL)]
    titles = {row.title for row in rows}
    assert titles == {
        *("ping", "manifest PUT", "manifest GET", "manifest HEAD", "blob HEAD"),
        *(f"{what} {size}" for what in ("push", "pull") for size in ("1 MB", "10 MB", "100 MB", "1 GiB")),
        *("catalog of 5,000", "page of 5,000 in the catalog", "list of 10,000 tags"),
    }
    many = {title for title in titles if not title.endswith(("100 MB", "1 GiB"))}
    assert {(row.title, row.load.connections) for row in rows} >= {(title, n) for title in many for n in (1, 10, 64)}
    assert len(set(rows)) == len(rows)


def test_quick_measures_less_and_no_gibibyte() -> None:
    groups = blobs(QUICK)
    assert [row.title for group in groups for row in group][-1] == "pull 100 MB"
    assert all(row.load.items >= row.load.connections for group in groups for row in group)
