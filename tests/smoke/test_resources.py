"""What a run costs: time, memory and connections."""

from __future__ import annotations

import subprocess
import sys
import time

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.smoke import CHECKS, Level, chosen, connect, run

LARGE = """
import sys
from registry_gitops.smoke import CHECKS, connect, run
with connect(sys.argv[1]) as client:
    report = run(client, [check for check in CHECKS if check.id == "large-layer"])
assert report.passed, report.results
# Not by getrusage: that counts what the parent had before it became this program.
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_a_large_layer_is_streamed() -> None:
    with ReferenceRegistry() as registry:
        done = subprocess.run([sys.executable, "-c", LARGE, registry.url], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 80


def test_the_level_smoke_takes_less_than_two_seconds() -> None:
    with ReferenceRegistry() as registry:
        # The best of three: others may work on this machine.
        seconds = []
        for _ in range(3):
            clock = time.monotonic()
            with connect(registry.url) as client:
                run(client, chosen(CHECKS, Level.SMOKE))
            seconds.append(time.monotonic() - clock)
            if seconds[-1] < 1:
                break
    assert min(seconds) < 2


def test_importing_it_is_quick() -> None:
    code = "import time; clock = time.perf_counter(); import registry_gitops.smoke; print(time.perf_counter() - clock)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    assert min(float(done.stdout) for done in runs) < 0.5
