"""A repository lock is held shared by many, or exclusive by one."""

from __future__ import annotations

import threading
import time

import pytest

from registry_gitops.registry.contents import ContentStore, Repositories
from registry_gitops.registry.contents.locks import RepositoryLock
from registry_gitops.registry.storage import MemoryStorage


def test_an_exclusive_holder_waits_for_all_shared_ones() -> None:
    lock, order = RepositoryLock(), list[str]()
    with lock.shared(), lock.shared():
        alone = threading.Thread(target=_hold_exclusive, args=[lock, order], daemon=True)
        alone.start()
        time.sleep(0.05)
        order.append("shared")
    alone.join(60)
    assert order == ["shared", "exclusive"]


def test_a_thread_that_stops_waiting_blocks_nobody() -> None:
    lock = RepositoryLock()

    def given_up(*_: object) -> None:
        raise MemoryError

    wait_for = lock._changed.wait_for
    lock._changed.wait_for = given_up  # type: ignore[method-assign, assignment]
    with pytest.raises(MemoryError), lock.exclusive():
        pass
    lock._changed.wait_for = wait_for  # type: ignore[method-assign]
    order = list[str]()
    later = threading.Thread(target=_hold_shared, args=[lock, order], daemon=True)
    later.start()
    later.join(60)
    assert order == ["shared"]


def test_a_shared_holder_waits_behind_a_waiting_exclusive_one() -> None:
    lock, order = RepositoryLock(), list[str]()
    first = lock.shared()
    first.__enter__()
    alone = threading.Thread(target=_hold_exclusive, args=[lock, order], daemon=True)
    alone.start()
    time.sleep(0.05)
    later = threading.Thread(target=_hold_shared, args=[lock, order], daemon=True)
    later.start()
    time.sleep(0.05)
    assert order == []
    first.__exit__(None, None, None)
    alone.join(60)
    later.join(60)
    assert order == ["exclusive", "shared"]


def test_an_exclusive_holder_is_the_only_one() -> None:
    lock, order = RepositoryLock(), list[str]()
    with lock.exclusive():
        others = [
            threading.Thread(target=hold, args=[lock, order], daemon=True) for hold in (_hold_exclusive, _hold_shared)
        ]
        for other in others:
            other.start()
        time.sleep(0.05)
        assert order == []
    for other in others:
        other.join(60)
    assert sorted(order) == ["exclusive", "shared"]


def test_an_exception_releases_the_lock() -> None:
    lock = RepositoryLock()
    for hold in (lock.shared, lock.exclusive):
        try:
            with hold():
                raise KeyError
        except KeyError:
            pass
    with lock.exclusive():
        pass


def test_a_repository_has_the_same_lock_every_time() -> None:
    storage = MemoryStorage()
    repositories = Repositories(storage, ContentStore(storage))
    assert repositories._lock("team/app") is repositories._lock("team/" + "app")


def _hold_exclusive(lock: RepositoryLock, order: list[str]) -> None:
    with lock.exclusive():
        order.append("exclusive")


def _hold_shared(lock: RepositoryLock, order: list[str]) -> None:
    with lock.shared():
        order.append("shared")
