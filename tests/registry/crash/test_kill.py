"""The registry is killed at random moments while clients push, and started again on what it left on the disk."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from tests.support.audit import misfits, strays
from tests.support.load import Ledger, clients_at_work
from tests.support.mortal import MortalRegistry

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]

CYCLES_A_ROOT = 8
"""Then a new one is begun: everything is checked after every cycle, and that takes longer each time."""


def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path, cycles: int) -> None:
    answered = 0
    for first in range(0, cycles, CYCLES_A_ROOT):
        ledger, root = Ledger(), tmp_path / f"root{first}"
        for cycle in range(first, min(first + CYCLES_A_ROOT, cycles)):
            random = Random(cycle)
            with MortalRegistry(root) as registry, clients_at_work(registry.url, ledger, random) as end:
                time.sleep(random.uniform(0.05, 0.8))
                end.set()
                registry.kill()
            with MortalRegistry(root) as registry:
                assert misfits(registry.url, ledger) == [], f"cycle {cycle}"
                assert strays(root) == [], f"cycle {cycle}"
        answered += ledger.answered
    assert answered > 10 * cycles, "there was something to lose"
