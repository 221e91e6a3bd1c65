"""The scenarios on a real cluster: `python -m tests.e2e [PYTEST ARGUMENTS]`, for `make e2e`.

It starts a test bed, runs pytest in it, and takes it down. With E2E_KUBECONFIG it starts none, and runs them on the
cluster that this file leads to; Flux is to be there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.bed import requirements
from tests.e2e.bed.bed import say
from tests.e2e.bed.launch import in_a_bed
from tests.e2e.bed.place import search_path

FOLDER = Path(__file__).parent

PHASES = (
    # The tests of a file are one story, told in order. Most of the time they wait, so there may be more than cores.
    ("not disruptive and not crowded", ("-n", "6", "--dist", "loadfile", "--no-loadscope-reorder")),
    ("crowded", ("-n", "2", "--dist", "loadfile")),
    ("disruptive", ("-n", "0")),
)
"""Which scenarios run together, and how: first those that leave each other alone."""

INTERRUPTED = 2
NOTHING_SELECTED = 5
"""Exit codes of pytest."""


def main(arguments: list[str]) -> int:
    """Return the worst exit code of pytest; 1 where something of the bed is left, 2 where there can be none."""
    if os.environ.get("E2E_KUBECONFIG"):
        return run_scenarios(arguments)
    if not requirements.met():
        return 2
    return in_a_bed([sys.executable, "-m", "tests.e2e", *arguments])


def run_scenarios(arguments: list[str]) -> int:
    """Run pytest once for each phase, and return the worst exit code. After a Ctrl-C there is no next phase."""
    signal.signal(signal.SIGINT, lambda *_: None)
    environment = {**os.environ, "PATH": search_path()}
    start = time.monotonic()
    codes: list[int] = []
    for marker, options in PHASES:
        if INTERRUPTED not in codes:
            command = [sys.executable, "-m", "pytest", str(FOLDER), *arguments, "-m", marker, *options]
            codes.append(subprocess.run(command, env=environment).returncode)
    say(f"scenarios: {time.monotonic() - start:.1f} s")
    # That one phase has nothing of what was chosen is no failure.
    return max((code for code in codes if code != NOTHING_SELECTED), default=NOTHING_SELECTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
