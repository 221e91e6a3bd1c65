"""`python -m benchmarks.registry`: the table on standard output, progress on standard error, all figures as JSON."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import signal
import tempfile
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path

from benchmarks.registry import report
from benchmarks.registry.measure import Measure
from benchmarks.registry.results import Results
from benchmarks.registry.rows import FULL, QUICK

SAVED = Path(__file__).resolve().parents[1] / "results" / "registry.json"


def main() -> None:
    """Measure, print and save."""
    options = _options()
    # An ending by kill, too, ends the servers and removes what they have stored.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    SAVED.parent.mkdir(exist_ok=True)
    results = Results(_machine(), options.rounds)
    patterns: list[str] = options.only
    with tempfile.TemporaryDirectory(prefix="registry-", dir=options.folder) as folder:
        scale = QUICK if options.quick else FULL
        measure = Measure(scale, Path(folder), results, lambda title: any(fnmatch(title, each) for each in patterns))
        try:
            measure.everything()
        finally:
            # Half an hour of figures is not lost because the next one cannot be had.
            _tell(results)


def _tell(results: Results) -> None:
    saved = asdict(results) | {"shortfalls": report.shortfalls(results)}
    SAVED.write_text(json.dumps(saved, indent=1) + "\n", encoding="utf-8")
    print(report.markdown(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.registry", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute or two: one round, less of everything, no 1 GiB")
    parser.add_argument("--rounds", type=int, help="how often each server gets each load (default 3; 1 if quick)")
    parser.add_argument(
        "--only",
        nargs="+",
        default=["*"],
        metavar="PATTERN",
        help="titles of the rows to measure, such as 'push *'; floor, start, growth, and syncs name the other parts",
    )
    parser.add_argument("--folder", type=Path, default=SAVED.parent, help="where the servers store, up to some 5 GB")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def _machine() -> dict[str, str]:
    return {
        "Python": platform.python_version(),
        "Linux": platform.release(),
        "CPUs": str(os.cpu_count()),
        "load before": f"{os.getloadavg()[0]:.2f}",
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


if __name__ == "__main__":
    main()
