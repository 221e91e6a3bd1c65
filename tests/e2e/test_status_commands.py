"""Each command that a remedy of `status` names, in all states: its program takes it, on the API of a real cluster.

That commands help is what the stories show. Here the objects do not exist, so a command may also end with "not found";
what would change objects of the cluster is a dry run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.cluster.status import assess
from tests.cluster.states.table import STATES
from tests.e2e.cluster import Cluster
from tests.e2e.remedies import attempt, list_commands
from tests.support.authority import make_authority

NAMESPACE = "e2e-status-commands"

NAMED_ONLY = {
    "flux bootstrap",
    "flux check",
    "flux create tenant",
    "flux install",
    "flux migrate",
    "flux push artifact",
    "flux version",
    "helm dependency update",
    "helm lint",
    "helm push",
    "helm upgrade",
    "kubectl delete node",
    "kubectl describe service",
    "kubectl label",
    "registry-gitops render",
    "registry-gitops secret",
    "registry-gitops secret http",
    "registry-gitops secret pull",
    "registry-gitops smoke URL",
    "registry-gitops status --wait 5m",
}
"""What a sentence calls by its name, for somebody who knows the rest: the program has such a command."""

KINDS_OF_ADDONS = "certificate|certificaterequest|order|challenge|clusterissuers|issuers|gateways?|gatewayclass"
NOT_THERE = re.compile(
    rf"not found|NotFound|doesn't have a resource type \"({KINDS_OF_ADDONS}|artifactgenerators?[a-z.]*)\"|"
    "no [A-Za-z]+ objects found|SSH key scan for host"
)
"""What a program says that has taken the command: it lacks the object, the add-on, or the server."""

DRY_RUN = re.compile(r"kubectl (annotate|create|delete|label|patch|scale|set|taint|uncordon)\b")
PASSWORD = {"registry-gitops htpasswd": "--password-stdin", "registry-gitops secret": "--stdin"}
"""What has to be added where nobody is at a terminal."""


def shape(command: str) -> str:
    """The command without the names in it: its verb, its kind, and its options."""
    words = command.split()
    return " ".join(word if place < 3 or word.startswith("-") else "_" for place, word in enumerate(words))


def list_all() -> list[str]:
    """One command of each shape."""
    findings = (cause for state in STATES for cause in assess(state.snapshot).findings)
    found = {shape(command): command for cause in findings for command in list_commands(cause.remedy)}
    return sorted(found.values())


def to_try(command: str) -> str:
    """The command as it can be tried here: in our namespace, without a terminal, and without changing the cluster."""
    if command in NAMED_ONLY:
        return f"{command} --help"
    command = re.sub(r"(-n|--namespace) \S+", rf"\1 {NAMESPACE}", command)
    command = command.replace("--kubeconfig FILE", "--kubeconfig $KUBECONFIG").replace(" NAME ", " name ")
    if DRY_RUN.match(command) and "--dry-run" not in command:
        command += " --dry-run=server"
    for start, option in PASSWORD.items():
        command = re.sub(f"^{start} [^|]*", rf"\g<0>{option} ", command)
    return command


@pytest.fixture(scope="module")
def folder(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the files that commands name; our namespace is there as long as it is."""
    folder = tmp_path_factory.mktemp("commands")
    pair = make_authority(folder).sign("server", ["DNS:registry.example.com"])
    for name in ("accesskey", "secretkey", "cosign.pub"):
        (folder / name).write_text("1234")
    (folder / "ca.crt").write_bytes(pair.certificate.read_bytes())
    (folder / "FILE").write_bytes(pair.key.read_bytes() + pair.certificate.read_bytes())
    (folder / "apps/docker-registry").mkdir(parents=True)
    cluster.kubectl("create", "namespace", NAMESPACE)
    yield folder
    cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def test_every_command_of_a_remedy_is_one_that_its_program_takes(folder: Path) -> None:
    refused: list[str] = []
    for command in map(to_try, list_all()):
        done = attempt(command, folder, "hunter2\n")
        if done.returncode and done.stderr and not NOT_THERE.search(done.stderr):
            refused.append(f"{command}\n{done.stdout[-300:]}{done.stderr}")
    assert not refused, "\n".join(refused)
