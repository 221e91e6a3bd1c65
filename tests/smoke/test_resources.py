"""The memory that a run needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from registry_gitops.registry import ReferenceRegistry

pytestmark = pytest.mark.tools

LARGE = """
import sys
from registry_gitops.smoke import CHECKS, connect, run_checks
with connect(sys.argv[1]) as client:
    report = run_checks(client, [check for check in CHECKS if check.id == "large-layer"])
assert report.passed, report.findings
# Not by getrusage: that counts what the parent had before it became this program.
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_large_layer_is_streamed() -> None:
    with ReferenceRegistry() as registry:
        done = subprocess.run([sys.executable, "-c", LARGE, registry.url], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 80
