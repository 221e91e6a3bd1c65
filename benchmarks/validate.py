"""`make bench`: validate beside kubeconform -strict, on the same files, schemas, and cores, in alternating runs.

Figures are medians, with the fastest and the slowest run. Compare CPU time on a machine that does other work too.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from registry_gitops.validation.schemas import SchemaStore
from registry_gitops.validation.validation_options import KUBERNETES_VERSIONS

ROOT: Final = Path(__file__).resolve().parent.parent
PROGRAM: Final = Path(sys.executable).parent / "registry-gitops"
KUBECONFORM: Final = ROOT / ".tools/bin/kubeconform"
KINDS: Final = {
    "v1": "Namespace",
    "source.toolkit.fluxcd.io/v1": "HelmRepository",
    "helm.toolkit.fluxcd.io/v2": "HelmRelease",
    "apps/v1": "Deployment",
}
FILES: Final = 1000
FILE: Final = """\
apiVersion: v1
kind: Namespace
metadata:
  name: {name}
  labels:
    app.kubernetes.io/part-of: {name}
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: charts
  namespace: {name}
spec:
  interval: 1h
  url: https://charts.example.com/{name}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
  namespace: {name}
spec:
  interval: 30m
  timeout: 10m
  chart:
    spec:
      chart: {name}
      version: 1.2.3
      sourceRef:
        kind: HelmRepository
        name: charts
  install:
    remediation:
      retries: 3
  upgrade:
    cleanupOnFail: true
    remediation:
      retries: 3
      strategy: rollback
  values:
    replicaCount: 2
    image:
      repository: registry.example.com/team/{name}
      tag: 4.5.6
      pullPolicy: IfNotPresent
    service:
      type: ClusterIP
      port: 8080
    ingress:
      enabled: true
      className: nginx
      annotations:
        cert-manager.io/cluster-issuer: letsencrypt
      hosts:
        - host: {name}.example.com
          paths:
            - path: /
              pathType: Prefix
      tls:
        - secretName: {name}-tls
          hosts:
            - {name}.example.com
    resources:
      requests:
        cpu: 100m
        memory: 128Mi
      limits:
        memory: 256Mi
    podAnnotations:
      prometheus.io/scrape: "true"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}-worker
  namespace: {name}
  labels:
    app.kubernetes.io/name: {name}-worker
spec:
  {replicas}: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}-worker
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}-worker
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        fsGroup: 65532
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: worker
          image: registry.example.com/team/{name}-worker:4.5.6
          imagePullPolicy: IfNotPresent
          args:
            - --log-level=info
            - --queue=$(QUEUE)
          env:
            - name: QUEUE
              value: {name}
            - name: TOKEN
              valueFrom:
                secretKeyRef:
                  name: {name}-token
                  key: token
          ports:
            - name: metrics
              containerPort: 9090
          livenessProbe:
            httpGet:
              path: /healthz
              port: metrics
            initialDelaySeconds: 5
            periodSeconds: 10
          readinessProbe:
            httpGet:
              path: /readyz
              port: metrics
          resources:
            requests:
              cpu: 50m
              memory: 64Mi
            limits:
              memory: 128Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
          volumeMounts:
            - name: cache
              mountPath: /var/cache/worker
      volumes:
        - name: cache
          emptyDir:
            sizeLimit: 64Mi
"""


@dataclass(frozen=True)
class Run:
    """What one process took."""

    wall: float
    """Milliseconds from its start to its end."""
    cpu: float
    """Milliseconds of all its processes."""
    memory: float
    """MiB of the largest of its processes at its peak."""


@dataclass(frozen=True)
class Row:
    """Several runs of one program."""

    name: str
    runs: tuple[Run, ...]

    def median(self, of: Callable[[Run], float]) -> float:
        """The figure to quote."""
        return statistics.median(map(of, self.runs))

    def line(self, peer: Row) -> str:
        """A row of the table, with the ratios to `peer`: less than 1 is faster."""
        walls = [run.wall for run in self.runs]
        wall, cpu = self.median(lambda run: run.wall), self.median(lambda run: run.cpu)
        peer_wall, peer_cpu = peer.median(lambda run: run.wall), peer.median(lambda run: run.cpu)
        memory = max(run.memory for run in self.runs)
        return (
            f"| {self.name} | {wall:.0f} | {min(walls):.0f}-{max(walls):.0f} | x{wall / peer_wall:.2f} "
            f"| {cpu:.0f} | x{cpu / peer_cpu:.2f} | {memory:.0f} |"
        )


HEAD: Final = "| what | wall ms | fastest-slowest | ratio | CPU ms | ratio | MiB |\n|---|---|---|---|---|---|---|"


def run(command: Sequence[str | Path], expected: int, cores: int) -> Run:
    """Run a process on some cores, its output thrown away; it must end with the expected code."""
    start = time.perf_counter()
    pid = os.fork()
    if not pid:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
        os.execv(command[0], [str(part) for part in command])
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != expected:
        raise SystemExit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}, not {expected}")
    return Run(wall * 1000, (used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss / 1024)


def compare(folder: Path, schemas: Path, *, expected: int, cores: int, runs: int) -> list[str]:
    """Run kubeconform and validate on a directory in turn, after one run of each that does not count."""
    location = f"{schemas}/{{{{ .Group }}}}_{{{{ .ResourceAPIVersion }}}}_{{{{ .ResourceKind }}}}.json"
    commands: dict[str, list[str | Path]] = {
        "kubeconform -strict": [KUBECONFORM, "-strict", f"-n={cores}", "-schema-location", location, folder],
        "validate --jobs 1": [PROGRAM, "validate", "--jobs", "1", folder],
        "validate": [PROGRAM, "validate", folder],
    }
    if cores == 1:
        del commands["validate --jobs 1"]  # the same
    for command in commands.values():
        run(command, expected, cores)
    measured = [[run(command, expected, cores) for command in commands.values()] for _ in range(runs)]
    rows = [Row(name, found) for name, found in zip(commands, zip(*measured, strict=True), strict=True)]
    return [row.line(rows[0]) for row in rows]


def write_files(folder: Path, count: int, *, replicas: str = "replicas") -> Path:
    """Write files of four objects each; with another name for `replicas`, each has a finding."""
    for number in range(count):
        path = folder / f"team-{number % 50}" / f"app-{number}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILE.format(name=f"app-{number}", replicas=replicas), "utf-8")
    return folder


def write_schemas(folder: Path) -> Path:
    """Write our schemas of the four kinds as files that kubeconform finds."""
    folder.mkdir()
    store = SchemaStore(KUBERNETES_VERSIONS[-1])
    for api_version, kind in KINDS.items():
        found = store.find(api_version, kind)
        assert found
        group, _, version = api_version.partition("/")
        (folder / f"{group}_{version or group}_{kind.lower()}.json").write_text(json.dumps(found.schema), "utf-8")
    return folder


def tables(place: Path, runs: int) -> Iterable[str]:
    """Yield the lines of the report."""
    schemas = write_schemas(place / "schemas")
    clean = write_files(place / "clean", FILES)
    wrong = write_files(place / "wrong", FILES, replicas="replica")
    single = write_files(place / "single", 1)
    for cores in (1, 2):
        yield from ("", f"{FILES} clean files of 4 objects, on {cores} core(s):", "", HEAD)
        yield from compare(clean, schemas, expected=0, cores=cores, runs=runs)
        yield from ("", f"{FILES} files with a finding in each, on {cores} core(s):", "", HEAD)
        yield from compare(wrong, schemas, expected=1, cores=cores, runs=runs)
    yield from ("", "One file (wanted: validate in less than 120 ms):", "", HEAD)
    yield from compare(single, schemas, expected=0, cores=2, runs=3 * runs)
    for count in (500, 5000):
        files = write_files(place / f"files-{count}", count)
        yield from ("", f"{4 * count} objects:", "", HEAD)
        yield from compare(files, schemas, expected=0, cores=2, runs=3)


def main() -> None:
    """Print the tables, in Markdown."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # Each run would compile what has changed since the last one.
    with tempfile.TemporaryDirectory() as place:
        for line in tables(Path(place), 7):
            print(line, flush=True)


if __name__ == "__main__":
    main()
