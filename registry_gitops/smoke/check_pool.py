"""The checks of a run in a pool of threads, and the result of each."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from registry_gitops.findings import Finding, Severity
from registry_gitops.report import CheckResult, Outcome, Requirement
from registry_gitops.smoke.check import Check
from registry_gitops.smoke.client import Client, NoResponseError, RunStopped
from registry_gitops.smoke.context import Context, Run
from registry_gitops.smoke.diagnosis import remedy_for_no_response
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported, Skipped
from registry_gitops.smoke.preconditions import Precondition, ensure_preconditions, unresponsive
from registry_gitops.smoke.remedy import Remedy

_GRACE: Final = 2.0
"""Seconds to wait, after Ctrl-C, for the requests that are under way."""


class CheckPool:
    """Runs checks in threads. `ended` has the result of each check by its id, with its finding if it failed."""

    def __init__(self, run: Run, workers: int, on_start: Callable[[Check], None]) -> None:
        self.ended: dict[str, tuple[CheckResult, Finding | None]] = {}
        self.is_interrupted = False
        self._run = run
        self._workers = workers
        self._on_start = on_start
        self._start_lock = threading.Lock()
        self._errors: list[BaseException] = []

    def run(self, checks: Sequence[Check]) -> None:
        """Run the checks until all have ended, Ctrl-C, or an internal error, which is raised."""
        # If nothing can be pushed, the first check that pushes says so. The others come later, and are skipped.
        pushing = [check for check in checks if Precondition.PUSH in check.needs]
        first = [check for check in checks if check not in pushing[1:]]
        for part in (first, pushing[1:]):
            self._run_at_once(part)
        if self._errors:
            raise self._errors[0]

    def _run_at_once(self, checks: Sequence[Check]) -> None:
        waiting: queue.SimpleQueue[Check] = queue.SimpleQueue()
        for check in checks:
            waiting.put(check)
        count = min(self._workers, len(checks))
        # Daemons: a registry that does not respond must not keep the program from ending.
        threads = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(count)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            self.is_interrupted = True
            self._run.stop.set()
            deadline = time.monotonic() + _GRACE
            for thread in threads:
                thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self, waiting: queue.SimpleQueue[Check]) -> None:
        try:
            while not self._run.stop.is_set():
                check = waiting.get_nowait()
                with self._start_lock:
                    self._on_start(check)
                self.ended[check.id] = run_check(check, self._run)
        except (queue.Empty, RunStopped):
            pass
        except KeyboardInterrupt:
            self.is_interrupted = True
            self._run.stop.set()
        except BaseException as error:
            self._errors.append(error)
            self._run.stop.set()


def run_check(check: Check, run: Run) -> tuple[CheckResult, Finding | None]:
    """Run one check; return its result, and a finding if it failed. Only an internal error, or Ctrl-C, is raised."""
    context = Context(run, check.id, pushes=Precondition.PUSH in check.needs)
    evidence = context.client.evidence
    clock = time.monotonic()
    outcome, message, remedy = _outcome(check, context)
    message = context.client.mask.mask_text(message)
    result = CheckResult(
        id=check.id,
        title=check.title,
        outcome=outcome,
        requirement=check.requirement,
        verifies=check.verifies,
        seconds=time.monotonic() - clock,
    )
    if not result.is_failure:
        return result.model_copy(update={"message": message, "evidence": evidence.lines}), None
    return result, Finding(
        id=check.id,
        message=message,
        severity=Severity.ERROR if check.requirement is Requirement.REQUIRED else Severity.WARNING,
        remedy=(remedy or check.remedy).advise(context.expectations),
        reference=check.spec,
        evidence=evidence.lines,
    )


def _outcome(check: Check, context: Context) -> tuple[Outcome, str, Remedy | None]:
    try:
        ensure_preconditions(context, check.needs)
        check.run(context)
    except CheckFailed as failed:
        return Outcome.FAILED, str(failed), failed.remedy if str(failed.remedy) else None
    except NotSupported as ended:
        return Outcome.NOT_SUPPORTED, str(ended), None
    except Skipped as ended:
        return Outcome.SKIPPED, str(ended), None
    except NoResponseError as problem:
        run = context.run
        with run.silence:
            if run.unresponsive_since:
                # Another check that ran at the same time has noticed it first.
                return Outcome.SKIPPED, unresponsive(run), None
            run.unresponsive_since = "" if _responds(context.client) else check.id
        return Outcome.ERROR, str(problem), remedy_for_no_response(problem, run.client.url)
    return Outcome.PASSED, "", None


def _responds(client: Client) -> bool:
    try:
        client.request("GET", "/v2/")
    except NoResponseError:
        return False
    return True
