"""The programs of the cluster: started with a log and a record of each, and started again from that record.

The record lets another process (a test) restart what the bed has started.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.e2e.bed.place import PROGRAMS, TOOLS, Place
from tests.e2e.bed.waiting import BedProblem

SECONDS_TO_STOP = 20
LINES_OF_A_FAILURE = 15


@dataclass(frozen=True)
class Record:
    """How a program was started."""

    command: list[str]
    environment: dict[str, str]
    pid: int
    """In the bed's PID namespace."""


class Processes:
    """The programs of one bed, by name."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def start(self, name: str, *command: str | Path, **environment: str) -> None:
        """Start a program in a session of its own: a Ctrl-C is not for it. It sees nothing of our environment."""
        path = os.pathsep.join(
            [str(PROGRAMS), str(TOOLS), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        )
        home = str(self._place.temporary)
        self._start(name, [str(word) for word in command], {"PATH": path, "HOME": home, "TMPDIR": home, **environment})

    def restart(self, name: str) -> None:
        """End a program as its service manager would, by SIGTERM, and start it as before. Raises BedProblem."""
        record = self.record(name)
        process = os.pidfd_open(record.pid)
        try:
            signal.pidfd_send_signal(process, signal.SIGTERM)
            if not select.select([process], [], [], SECONDS_TO_STOP)[0]:
                raise BedProblem(f"{name} does not end {SECONDS_TO_STOP} s after SIGTERM.")
        finally:
            os.close(process)
        self._start(name, record.command, record.environment)

    def record(self, name: str) -> Record:
        """How it was started last."""
        return Record(**json.loads(self._record_file(name).read_text(encoding="utf-8")))

    def check(self) -> None:
        """Raise BedProblem, with the end of its log, when a program has ended."""
        for file in sorted(self._place.processes.glob("*.json")):
            if not is_running(self.record(file.stem).pid):
                raise BedProblem(f"{file.stem} has ended; its last words:\n{self.last_words(file.stem)}")

    def last_words(self, name: str, lines: int = LINES_OF_A_FAILURE) -> str:
        """Return the end of a program's log."""
        text = self._log_file(name).read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        with self._log_file(name).open("ab") as log:
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=self._place.temporary,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        record = Record(command, environment, process.pid)
        # Another thread reads all records meanwhile: there is a whole one, or none.
        draft = self._record_file(name).with_suffix(".new")
        draft.write_text(json.dumps(asdict(record)), encoding="utf-8")
        draft.replace(self._record_file(name))

    def _record_file(self, name: str) -> Path:
        return self._place.processes / f"{name}.json"

    def _log_file(self, name: str) -> Path:
        return self._place.logs / f"{name}.log"


def is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended; one that nobody has waited for yet has."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
