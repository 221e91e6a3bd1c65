"""However a test bed ends, nothing of it is left on the machine: `make e2e-endings`.

Each test starts a cluster. They are not among the scenarios, which run inside of one.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.bed import leftovers
from tests.e2e.bed.inside import INTERRUPTED, KERNEL_SETTINGS
from tests.e2e.bed.place import Place
from tests.support.tools import ROOT

RUN = "import sys; from tests.e2e.bed.launch import in_a_bed; sys.exit(in_a_bed(sys.argv[1:]))"

# A Pod with containers, a network, and a volume that is a mount of its own.
POD = """
set -e
export KUBECONFIG=$E2E_KUBECONFIG
kubectl create secret generic word --from-literal=word=secret
kubectl create -f - <<END
apiVersion: v1
kind: Pod
metadata: {name: busy}
spec:
  containers:
    - name: registry
      image: registry:3
      volumeMounts: [{name: word, mountPath: /word}]
  volumes:
    - {name: word, secret: {secretName: word}}
END
kubectl wait --for=condition=Ready pod/busy --timeout=60s
"""


class Launched:
    """A launcher, as from a terminal of its own, and the bed that it has made."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", RUN, *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        self.place = Place(Path(self.wait_for(r"starting .* in (\S+)")))
        soon(self.place.enter.exists)
        (first,) = re.findall(r"--target (\d+)", self.place.enter.read_text())
        self.namespaces = leftovers.namespaces_of(first)

    def wait_for(self, pattern: str) -> str:
        """Return what the pattern's group has found, once the launcher or its command has said it."""
        assert self._process.stdout
        for line in self._process.stdout:
            self.said.append(line)
            if found := re.search(pattern, line):
                return found[found.re.groups]
        pytest.fail(f"it has ended without {pattern!r}:\n{''.join(self.said)}")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.killpg(self._process.pid, signal.SIGINT)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the launcher alone."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Return the exit code, once it has ended."""
        assert self._process.stdout
        self.said += self._process.stdout.read().splitlines(keepends=True)
        return self._process.wait(30)

    def processes(self) -> list[str]:
        """What runs in the bed."""
        return [line for line in leftovers.find(self.place, self.namespaces) if line.startswith("process")]


def soon(is_so: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def machine() -> dict[str, object]:
    """What a cluster would change on a machine."""
    return {
        "folders": {str(path) for top in ("/etc", "/opt", "/var/lib", "/var/log") for path in Path(top).iterdir()},
        "kernel": {name: Path("/proc/sys", name).read_text() for name in KERNEL_SETTINGS},
        "links": subprocess.run(["ip", "-oneline", "link"], capture_output=True, text=True, check=True).stdout,
        "mounts": Path("/proc/self/mounts").read_text(),
    }


@pytest.fixture(autouse=True)
def unchanged_machine() -> Iterator[None]:
    before = machine()
    yield
    assert machine() == before


def nothing_is_left_of(launched: Launched) -> bool:
    assert leftovers.find(launched.place, launched.namespaces) == []
    return True


def test_after_a_command_that_fails() -> None:
    launched = Launched("sh", "-c", f"{POD} echo RUNS; sleep 1; exit 7")
    launched.wait_for("RUNS")
    kinds = {line.split()[0] for line in leftovers.find(launched.place, launched.namespaces)}
    assert kinds == {"control", "folder", "process"}, "this test would not notice what is left"
    assert launched.end() == 7
    assert "all of it is gone again" in launched.said[-1]
    assert nothing_is_left_of(launched)


@pytest.mark.parametrize("seconds", [0, 1, 3, 5])
def test_after_a_ctrl_c_while_it_starts(seconds: float) -> None:
    launched = Launched("sleep", "60")
    time.sleep(seconds)
    launched.interrupt()
    assert launched.end() == INTERRUPTED
    assert "Traceback" not in "".join(launched.said)
    assert nothing_is_left_of(launched)


def test_after_a_ctrl_c_while_scenarios_run() -> None:
    launched = Launched("sh", "-c", f"{POD} echo RUNS; exec sleep 60")
    launched.wait_for("RUNS")
    launched.interrupt()
    assert launched.end() == INTERRUPTED
    assert nothing_is_left_of(launched)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_after_a_signal_to_the_launcher(number: signal.Signals) -> None:
    launched = Launched("sleep", "60")
    time.sleep(2)
    launched.send(number)
    assert launched.end() == 128 + number
    assert nothing_is_left_of(launched)


def test_after_the_launcher_is_killed_no_process_lives_and_the_next_one_removes_the_rest() -> None:
    launched = Launched("sh", "-c", f"{POD} echo RUNS; exec sleep 60")
    launched.wait_for("RUNS")
    launched.send(signal.SIGKILL)
    soon(lambda: not launched.processes())
    done = subprocess.run([sys.executable, "-m", "tests.e2e.bed", "down"], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == f"e2e: {launched.place.name} was left by a run that was killed: it is removed\n"
    assert nothing_is_left_of(launched)


def test_where_a_program_ends_the_start_ends_with_its_last_words() -> None:
    launched = Launched("true")
    soon(lambda: any("hyperkube etcd" in line for line in launched.processes()))
    (etcd,) = (line.split()[1] for line in launched.processes() if "hyperkube etcd" in line)
    os.kill(int(etcd.rstrip(":")), signal.SIGKILL)
    assert launched.end() == 1
    assert any("etcd has ended; its last words:" in line for line in launched.said)
    assert nothing_is_left_of(launched)
