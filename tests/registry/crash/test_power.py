"""The power of the disk fails at random moments while clients push: what was not synced is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from random import Random

import pytest

from tests.support.audit import misfits, strays
from tests.support.disk import Disk
from tests.support.load import Ledger, clients_at_work
from tests.support.mortal import MortalRegistry

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]

DISKS = {
    "as-it-comes": "loop",
    # Nothing reaches the disk by itself, and in no order.
    "late": "loop,commit=300,data=writeback",
}


@pytest.mark.parametrize("options", DISKS.values(), ids=DISKS)
def test_what_was_acknowledged_survives_a_power_cut(tmp_path: Path, cycles: int, options: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("an ext4 of its own can only be mounted by root")
    image = tmp_path / "disk"
    make = shutil.which("mkfs.ext4", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert make, "this test needs mkfs.ext4, of e2fsprogs"
    with image.open("wb") as file:
        file.truncate(1024**3)
    subprocess.run([make, "-q", image], check=True)
    ledger = Ledger()
    with Disk("-o", options, image) as disk:
        root, seen = disk.folder / "root", disk.seen / "root"
        for cycle in range(1 + cycles // 3):
            random = Random(cycle)
            with (
                MortalRegistry(root, under=disk.under) as registry,
                # The syncs of other clients are no help to one that is alone.
                clients_at_work(registry.url, ledger, random, number=random.choice((1, 6))) as end,
            ):
                time.sleep(random.uniform(0.05, 0.8))
                wait_for_an_answer(ledger)
                end.set()
                disk.switch_off()
                registry.kill()
            for upload in ledger.uploads:
                # It may go on from an earlier chunk, or be refused, but not go on over bytes that are not there.
                upload.sure = 0
            disk.unmount()
            disk.mount()
            with MortalRegistry(root, under=disk.under) as registry:
                assert misfits(registry.url, ledger) == [], f"cycle {cycle}"
                assert strays(seen) == [], f"cycle {cycle}"
    assert ledger.answered > 2 * cycles, "there was something to lose"


def wait_for_an_answer(ledger: Ledger) -> None:
    """Wait until something has been acknowledged: that is when it must not be lost."""
    before, deadline = ledger.answered, time.monotonic() + 60
    while ledger.answered == before and time.monotonic() < deadline:
        time.sleep(0.0002)
