"""One run of `smoke`: connect to a registry, run the checks, and describe what was seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry_gitops.cli.smoke_report import describe_run

if TYPE_CHECKING:
    from registry_gitops.cli.smoke_target import TestedRegistry
    from registry_gitops.report import Report
    from registry_gitops.smoke import Check, Client, Options
    from registry_gitops.target import Target


class UnreachableRegistryError(Exception):
    """No connection to a registry. Its text has the reason and the remedy."""


@dataclass(frozen=True)
class SmokeRun:
    """A registry, and how it is tested."""

    tested: TestedRegistry
    target: Target
    """The target of `tested`, with the credentials of the options."""
    options: Options
    checks: tuple[Check, ...]
    level: str
    """Level of the run; "" for a run of single checks."""
    wait: float
    """Seconds to wait for the registry to respond."""
    settings: Mapping[str, object]
    """Settings of the connection, as `connect` takes them."""
    arguments: Sequence[str]
    """Arguments of the command, as typed."""

    @contextmanager
    def reach(self, on_wait: Callable[[Exception], None]) -> Iterator[Client]:
        """Yield a client of the registry. Raises UnreachableRegistryError."""
        from registry_gitops.cluster import PortForwardError
        from registry_gitops.smoke import UnreachableError
        from registry_gitops.target import open_client

        try:
            with open_client(self.target, wait=self.wait, on_wait=on_wait, **self.settings) as client:
                yield client
        except UnreachableError as problem:
            broken = self.options.expectations.explain_unreachable(problem.cause)
            text = f"{problem}. {broken}{' ' if broken else ''}{problem.remedy}"
            raise UnreachableRegistryError(text) from None
        except PortForwardError as problem:
            raise UnreachableRegistryError(str(problem)) from None

    def run(
        self,
        client: Client,
        *,
        on_start: Callable[[Check], None] = lambda check: None,
        on_progress: Callable[[str], None] = lambda step: None,
        stop: threading.Event | None = None,
    ) -> Report:
        """Run the checks, and return the report. Ctrl-C raises Interrupted of `run_checks`."""
        from registry_gitops.smoke import run_checks

        report = run_checks(
            client, self.checks, options=self.options, on_start=on_start, on_progress=on_progress, stop=stop
        )
        return describe_run(report, self.tested, self.options.expectations, self.level, self.arguments)
