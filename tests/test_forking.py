"""Work in several processes has the results, the order, and the errors of work in one."""

from __future__ import annotations

import os

import pytest

from registry_gitops.forking import map_in_processes

ITEMS = range(1000)


@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
def test_results_are_those_of_one_process_in_order(jobs: int) -> None:
    assert list(map_in_processes(str, ITEMS, jobs, least=64)) == list(map(str, ITEMS))


def test_so_many_processes_work() -> None:
    assert len(set(map_in_processes(lambda item: os.getpid(), ITEMS, 3, least=64))) == 3
    assert set(map_in_processes(lambda item: os.getpid(), ITEMS[:100], 3, least=64)) == {os.getpid()}


def test_an_error_in_another_process_is_raised_in_this_one() -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_in_processes(lambda item: 1 // (item - 999), ITEMS, 2, least=64))


def test_a_process_that_is_killed_leaves_its_items_to_this_one() -> None:
    parent = os.getpid()

    def work(item: int) -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), 9)
        return item

    assert list(map_in_processes(work, ITEMS, 2, least=64)) == list(ITEMS)
