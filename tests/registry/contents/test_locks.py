"""A gate lets many share it, or one alone."""

from __future__ import annotations

import threading
import time

import pytest

from registry_gitops.registry.contents.locks import Gate, Gates


def test_many_share_a_gate_and_one_who_wants_to_be_alone_waits_for_all() -> None:
    gate, order = Gate(), list[str]()
    with gate.shared(), gate.shared():
        alone = threading.Thread(target=_pass_alone, args=[gate, order], daemon=True)
        alone.start()
        time.sleep(0.05)
        order.append("shared")
    alone.join(5)
    assert order == ["shared", "alone"]


def test_one_who_gives_up_waiting_to_be_alone_keeps_nobody_out() -> None:
    gate = Gate()

    def given_up(*_: object) -> None:
        raise MemoryError

    wait_for = gate._changed.wait_for
    gate._changed.wait_for = given_up  # type: ignore[method-assign, assignment]
    with pytest.raises(MemoryError), gate.alone():
        pass
    gate._changed.wait_for = wait_for  # type: ignore[method-assign]
    order = list[str]()
    later = threading.Thread(target=_pass_shared, args=[gate, order], daemon=True)
    later.start()
    later.join(5)
    assert order == ["shared"]


def test_nobody_goes_ahead_of_one_who_waits_to_be_alone() -> None:
    gate, order = Gate(), list[str]()
    first = gate.shared()
    first.__enter__()
    alone = threading.Thread(target=_pass_alone, args=[gate, order], daemon=True)
    alone.start()
    time.sleep(0.05)
    later = threading.Thread(target=_pass_shared, args=[gate, order], daemon=True)
    later.start()
    time.sleep(0.05)
    assert order == []
    first.__exit__(None, None, None)
    alone.join(5)
    later.join(5)
    assert order == ["alone", "shared"]


def test_one_who_is_alone_is_alone() -> None:
    gate, order = Gate(), list[str]()
    with gate.alone():
        others = [
            threading.Thread(target=pass_, args=[gate, order], daemon=True) for pass_ in (_pass_alone, _pass_shared)
        ]
        for other in others:
            other.start()
        time.sleep(0.05)
        assert order == []
    for other in others:
        other.join(5)
    assert sorted(order) == ["alone", "shared"]


def test_a_gate_opens_again_after_an_exception() -> None:
    gate = Gate()
    for pass_ in (gate.shared, gate.alone):
        try:
            with pass_():
                raise KeyError
        except KeyError:
            pass
    with gate.alone():
        pass


def test_a_repository_has_the_same_gate_every_time() -> None:
    gates = Gates()
    assert gates.of("team/app") is gates.of("team/" + "app")


def _pass_alone(gate: Gate, order: list[str]) -> None:
    with gate.alone():
        order.append("alone")


def _pass_shared(gate: Gate, order: list[str]) -> None:
    with gate.shared():
        order.append("shared")
