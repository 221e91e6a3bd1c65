"""The real tools that `make test` builds into .tools, as functions of a text or of files."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools.build import GROUPS

ROOT = Path(__file__).parents[2]
STORE = ROOT / ".tools"

KUBERNETES_VERSIONS = ("1.34", "1.35", "1.36")
"""The Kubernetes versions that we keep schemas of (tools/schemas/kubernetes)."""

SCHEMAS = (
    f"{ROOT}/tools/schemas/kubernetes/{{{{.NormalizedKubernetesVersion}}}}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json",
    *(
        f"{folder}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"
        for folder in (f"{STORE}/schemas/flux", f"{ROOT}/tools/schemas/addons")
    ),
)
"""Kubernetes, Flux, and the add-ons (tools/addon_schemas.py)."""

Manifests = str | Iterable[Path]
"""YAML text of any number of documents, or files with such text."""


unmarked: str | None = None
"""The test that runs now, if it has no marker `tools`, or the import of a test (tests/conftest.py sets it)."""


beyond_make_test: bool = True
"""Whether the test that runs now may have what only `make e2e` builds: one of tests/e2e (tests/conftest.py sets it)."""


class ToolProblem(Exception):
    """A tool is missing, or did not do its work; what it found in its input is a result and no problem."""


def built(place: str) -> Path:
    """Return a file or directory below .tools: `bin/helm`, `crds`; only a test with the marker `tools` can have it.

    What is built for e2e only, a test outside of tests/e2e cannot have, even where an earlier `make e2e` has built it.
    """
    if not beyond_make_test and any(f"{place}/".startswith(f"{artifact.output}/") for artifact in GROUPS["e2e"]):
        raise ToolProblem(f".tools/{place} is built by `make e2e` only: move this test to tests/e2e.")
    if unmarked is not None:
        raise ToolProblem(f"{unmarked} uses .tools/{place}: mark it with `pytest.mark.tools`.")
    path = STORE / place
    if not path.exists():
        raise ToolProblem(f"{path} is not there: `make test` builds the tools before it runs the tests.")
    return path


def tool(name: str) -> Path:
    """Return a program of those in tools/README.md."""
    return built(f"bin/{name}")


def kubeconform(manifests: Manifests, kubernetes_version: str = "1.36") -> list[str]:
    """Return what kubeconform -strict says against each object: `KIND/NAME: MESSAGE`; nothing where all are valid.

    A kind without a schema is an error of its own. That nothing at all was looked at is a ToolProblem.
    """
    built("schemas/flux")
    looked_at = kubeconform_report(manifests, SCHEMAS, kubernetes_version)
    bad = [found for found in looked_at if found["status"] != "statusValid"]
    return [f"{found['kind']}/{found['name']}: {found['msg']}" for found in bad]


def kubeconform_report(
    manifests: Manifests, locations: Iterable[str], kubernetes_version: str = "1.36"
) -> list[dict[str, str]]:
    """Return what kubeconform -strict says of each object: `filename`, `kind`, `name`, `status`, and `msg`."""
    arguments = ["-strict", "-output", "json", "-verbose", "-kubernetes-version", f"{kubernetes_version}.0"]
    for location in locations:
        arguments += ["-schema-location", location]
    done = _run("kubeconform", arguments, manifests)
    try:
        resources: list[dict[str, str]] = json.loads(done.stdout)["resources"]
    except ValueError as error:
        raise ToolProblem(f"kubeconform gave no report: {done.stderr or done.stdout}") from error
    looked_at = [found for found in resources if found["status"]]
    if not looked_at:
        raise ToolProblem("kubeconform found no object to look at.")
    bad = [found for found in looked_at if found["status"] != "statusValid"]
    if (done.returncode != 0) != bool(bad):
        raise ToolProblem(f"kubeconform ended with {done.returncode}, and its report has {len(bad)} bad objects.")
    return looked_at


def podsecurity(manifests: Manifests, level: str = "restricted", version: str = "latest") -> list[str]:
    """Return the violations of a Pod Security level, a line for each, as the API server's own evaluator finds them.

    Input without any Pod, or with a field that Kubernetes does not know in one, is a ToolProblem.
    """
    done = _run("podsecurity", ["-level", level, "-version", version], manifests)
    if done.returncode not in (0, 1):
        raise ToolProblem(done.stderr.strip())
    return done.stdout.splitlines()


@dataclass(frozen=True)
class Reading:
    """What one Go library made of a YAML text: a value (as Python has it from JSON), or an error."""

    value: Any = None
    error: str | None = None


@dataclass(frozen=True)
class GoReadings:
    """What both Go libraries made of a YAML text."""

    sigs: Reading
    """By sigs.k8s.io/yaml: Helm, kubectl, Flux."""
    v3: Reading
    """By go.yaml.in/yaml/v3: programs that use the library itself."""


class GoYaml:
    """Asks the Go libraries for their reading of YAML texts; one process answers thousands. A context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen([tool("goyaml")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def read(self, text: str) -> GoReadings:
        """Return both readings of the first document in `text`, which may not hold a NUL (no YAML text may)."""
        if "\0" in text:
            raise ValueError("a YAML text holds no NUL character")
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        asked.write(text.encode() + b"\0")
        asked.flush()
        line = answers.readline()
        if not line:
            raise ToolProblem(f"goyaml ended with {self._process.wait()} instead of answering.")
        answer = json.loads(line)
        return GoReadings(Reading(**answer["sigs"]), Reading(**answer["v3"]))


class Envsubst:
    """Asks Flux's own code for the result of a substitution; one process answers thousands. A context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen([tool("envsubst")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def text(self, text: str, variables: Mapping[str, str] | None = None, *, strict: bool = False) -> str:
        """Return `text` with the values of the variables. Raises ValueError if Flux refuses the text."""
        found: str = self._ask(text=text, vars=variables or {}, strict=strict)
        return found

    def object(self, text: str, variables: Mapping[str, str] | None = None, *, strict: bool = False) -> Any:
        """Return what Flux applies of an object that kustomize built, as plain data. Raises ValueError as `text`."""
        return self._ask(yaml=text, vars=variables or {}, strict=strict)

    def _ask(self, **question: Any) -> Any:
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        asked.write(f"{json.dumps(question)}\n")
        asked.flush()
        answer = json.loads(answers.readline())
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["value"]


def _run(name: str, arguments: Sequence[str], manifests: Manifests) -> subprocess.CompletedProcess[str]:
    text = manifests if isinstance(manifests, str) else None
    files = [] if isinstance(manifests, str) else [str(path) for path in manifests]
    if text is None and not files:
        raise ToolProblem(f"{name} was given no files.")
    return subprocess.run([tool(name), *arguments, *files], input=text or "", capture_output=True, text=True)
