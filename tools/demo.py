"""`make demo`: a description, the folder that it becomes, what the real kustomize and Helm say of that folder, and a
registry that is proven to work.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart, lint

from registry_gitops import ReferenceRegistry

BIN = Path(sys.executable).parent
FOLDER = Path("apps/docker-registry")


def say(line: str = "") -> None:
    """Print a line at once, so that what programs print stands in its place."""
    print(line, flush=True)


def title(text: str) -> None:
    """A heading, bold on a terminal."""
    say(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}")


def run(*command: str) -> str:
    """Show a command, run it, and return what it printed; its failure ends the demo."""
    say(f"$ {shlex.join(command)}")
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def show_folder() -> None:
    """The rendered files; those of the chart as one line."""
    for path in sorted(FOLDER.iterdir()):
        below = f"  ({sum(each.is_file() for each in path.rglob('*'))} files: the Helm chart)" if path.is_dir() else ""
        say(f"  {path}{'/' if below else ''}{below}")


def describe(document: dict[str, Any]) -> str:
    """Kind and name of an object, and what tells most about it."""
    metadata, spec = document["metadata"], document.get("spec", {})
    match document["kind"]:
        case "HelmRelease":
            what = f"chart {spec['chart']['spec']['chart']}"
        case "Deployment":
            what = spec["template"]["spec"]["containers"][0]["image"]
        case "Service":
            what = f"{spec['type']}, port {spec['ports'][0]['port']}"
        case "PersistentVolumeClaim":
            what = f"{spec['resources']['requests']['storage']}, {', '.join(spec['accessModes'])}"
        case "Namespace":
            what = f"Pod Security {metadata['labels']['pod-security.kubernetes.io/enforce']}"
        case _:
            what = ""
    return f"  {document['kind']:<22}{metadata['name']:<24}{what}".rstrip()


def demo() -> None:
    """The tour, in the current folder."""
    title("A description of a registry")
    run("git", "init", "--quiet")
    run("registry-gitops", "init", str(FOLDER))
    lines = (FOLDER / "registry.yaml").read_text("utf-8").splitlines()
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            say(f"  {line}")

    title("The folder that Flux applies")
    run("registry-gitops", "render", str(FOLDER / "registry.yaml"))
    show_folder()
    say()
    for line in (FOLDER / "helmrelease.yaml").read_text("utf-8").splitlines()[:22]:
        say(f"  {line}")
    say("  ...")

    title("kustomize, as Flux runs it")
    objects = list(yaml.safe_load_all(run("kubectl", "kustomize", str(FOLDER))))
    for document in objects:
        say(describe(document))

    title("Helm, with the values of the HelmRelease")
    values = next(each["spec"]["values"] for each in objects if each["kind"] == "HelmRelease")
    report = lint(FOLDER / "chart", values, strict=True)
    say(f"  helm lint --strict: {len(report['errors'])} errors")
    with Chart.load(FOLDER / "chart") as chart:
        rendered = chart.render(values, name="docker-registry", namespace="docker-registry")
    manifests = "\n---\n".join(text for path, text in rendered.items() if path.endswith(".yaml"))
    for document in yaml.safe_load_all(manifests):
        if document and "helm.sh/hook" not in document["metadata"].get("annotations", {}):
            say(describe(document))
    if report["errors"]:
        raise SystemExit(f"helm lint: {report['errors']}")
    say("\nBoth took it. Commit the folder to the repository that Flux reads, and the registry comes up.")
    smoke()


def smoke() -> None:
    """What one runs after the deployment, here against the reference registry in place of a cluster."""
    title("Smoke: does it work for clients?")
    page = Path(tempfile.mkdtemp(prefix="registry-gitops-")) / "smoke.html"
    with ReferenceRegistry() as registry:
        say(run("registry-gitops", "smoke", registry.url, "-o", "text", "-o", f"html={page}"))
    say(f"The same as a page, for a change request: {page}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        demo()
        os.chdir("/")
