"""Run `smoke` for several registries, some at a time, and make one report of all."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from registry_gitops.cli.smoke_report import format_command
from registry_gitops.cli.smoke_run import SmokeRun, UnreachableRegistryError
from registry_gitops.masking import mask

if TYPE_CHECKING:
    from registry_gitops.cli.progress import Progress
    from registry_gitops.report import CheckResult, Report

_REGISTRIES: Final = 4
"""Registries at a time: each has a kubectl, and some threads, of its own."""
_GRACE: Final = 10.0
"""Seconds to wait, after Ctrl-C, for the cleanup of the registries."""
_UNREACHABLE: Final = "reachable"
"""Id of the check that stands for all of a registry to which there is no connection."""


@dataclass(frozen=True)
class RegistryResult:
    """What one run found."""

    name: str
    """Path of the config file, or the URL."""
    report: Report

    @property
    def is_unreachable(self) -> bool:
        """Whether there was no connection, so that nothing was checked."""
        return [check.id for check in self.report.checks] == [_UNREACHABLE]

    @property
    def word(self) -> str:
        """The result in one word."""
        return "unreachable" if self.is_unreachable else "passed" if self.report.passed else "failed"


class SmokeRuns:
    """Runs for several registries, in threads. After Ctrl-C each cleans up what it pushed."""

    def __init__(self, runs: Sequence[SmokeRun], progress: Progress) -> None:
        self._runs = runs
        self._progress = progress
        self._waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._stops = [threading.Event() for _ in runs]
        self._results: dict[int, RegistryResult] = {}
        self._errors: list[BaseException] = []
        self._lock = threading.Lock()

    def run(self) -> list[RegistryResult]:
        """Return the result of each registry, in order. Ctrl-C and internal errors are raised, after the cleanup."""
        for index in range(len(self._runs)):
            self._waiting.put(index)
        # Daemons: a registry that does not respond must not keep the program from ending.
        count = min(_REGISTRIES, len(self._runs))
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            self._stop()
            deadline = time.monotonic() + _GRACE
            for thread in threads:
                thread.join(max(0.0, deadline - time.monotonic()))
            raise
        if self._errors:
            raise self._errors[0]
        return [self._results[index] for index in sorted(self._results)]

    @property
    def leftovers(self) -> Iterator[str]:
        """Yield what each registry could not delete, in one line each."""
        for _, result in sorted(self._results.items()):
            if result.report.leftover_summary:
                yield f"{result.name}: {result.report.leftover_summary}"

    def _stop(self) -> None:
        for stop in self._stops:
            stop.set()

    def _work(self) -> None:
        try:
            while True:
                index = self._waiting.get_nowait()
                if self._stops[index].is_set():
                    return
                result = _run_one(self._runs[index], self._stops[index])
                with self._lock:
                    self._results[index] = result
                    self._progress.show_next(f"{result.name} {result.word}")
        except queue.Empty:
            pass
        except BaseException as error:
            self._errors.append(error)
            self._stop()


def _run_one(run: SmokeRun, stop: threading.Event) -> RegistryResult:
    name, started = run.tested.title, datetime.now(UTC)
    try:
        with run.reach(lambda problem: None) as client:
            return RegistryResult(name, run.run(client, stop=stop))
    except UnreachableRegistryError as problem:
        return RegistryResult(name, _unreachable_report(run, str(problem), started))


def _unreachable_report(run: SmokeRun, message: str, started: datetime) -> Report:
    from registry_gitops.findings import Finding
    from registry_gitops.report import CheckResult, Outcome, Report
    from registry_gitops.smoke import TOOL
    from registry_gitops.version import __version__

    check = CheckResult(id=_UNREACHABLE, title="The registry is reachable", outcome=Outcome.ERROR)
    return Report(
        tool=TOOL,
        version=__version__,
        subject=mask(str(run.target.endpoint)),
        started=started,
        seconds=(datetime.now(UTC) - started).total_seconds(),
        checks=(check,),
        findings=(Finding(id=_UNREACHABLE, message=message),),
    )


def merge_results(results: Sequence[RegistryResult], level: str, arguments: Sequence[str]) -> Report:
    """Return one report of all registries, in which a check of CONFIG has the id CHECK/CONFIG."""
    reports = [result.report for result in results]
    failed = dict.fromkeys(check.id for each in reports for check in each.checks if check.is_failure)
    leftovers = [f"{each.name}: {each.report.leftover_summary}" for each in results if each.report.leftover_summary]
    first = min(reports, key=lambda report: report.started)
    return first.model_copy(
        update={
            "subject": f"{len(results)} registries",
            "level": level,
            "user": "",
            "config": "",
            "revision": "",
            "command": format_command(arguments, [] if any(each.is_unreachable for each in results) else [*failed]),
            "seconds": max((each.started - first.started).total_seconds() + each.seconds for each in reports),
            "checks": tuple(_rename(check, each) for each in results for check in each.report.checks),
            "findings": tuple(
                replace(finding, id=f"{finding.id}/{each.name}") for each in results for finding in each.report.findings
            ),
            "leftovers": tuple(f"{each.name}: {line}" for each in results for line in each.report.leftovers),
            "leftover_summary": "; ".join(leftovers),
            "notes": tuple(f"{each.name}: {note}" for each in results for note in each.report.notes),
        }
    )


def _rename(check: CheckResult, result: RegistryResult) -> CheckResult:
    return check.model_copy(update={"id": f"{check.id}/{result.name}", "title": f"{check.title} ({result.name})"})
