"""The README of a registry that has users and lets them delete: its login, its deletion, its garbage collection."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.e2e import rows
from tests.e2e.cluster import until
from tests.e2e.fleet import Fleet
from tests.e2e.page import Row, Terminal, commands

PASSWORD = "correct horse battery staple"
TYPED = f"{PASSWORD}\n"
SECRET = "docker-registry-users"

USERS = Row(
    f"registry-gitops htpasswd USER --namespace NAMESPACE --name {SECRET}",
    r"admin:\$2b\$",
    instead=f"registry-gitops htpasswd admin --namespace NAMESPACE --name {SECRET} --password-stdin",
    typed=TYPED,
)

USE = (
    Row(
        f"kubectl get secret {SECRET} -n NAMESPACE -o go-template='{{{{index .data \"htpasswd\" | base64decode}}}}'"
        " | cut -d: -f1",
        "^admin$",
    ),
    Row("REGISTRY_USER=admin", ""),
    Row(
        'docker login -u "$REGISTRY_USER" localhost:5000',
        "logged in",
        instead='crane auth login -u "$REGISTRY_USER" --password-stdin localhost:5000',
        typed=TYPED,
    ),
    *rows.PUSH_AND_PULL,
    Row(
        'curl -fsS -u "$REGISTRY_USER" http://localhost:5000/v2/_catalog',
        r'\{"repositories":\["hello-world"\]\}$',
        typed=TYPED,
    ),
    Row(
        'curl -fsS -u "$REGISTRY_USER" http://localhost:5000/v2/hello-world/tags/list',
        r'\{"name":"hello-world","tags":\["1"\]\}$',
        typed=TYPED,
    ),
    Row('curl -fsS -u "$REGISTRY_USER" -X DELETE http://localhost:5000/v2/hello-world/manifests/1', "", typed=TYPED),
)

COLLECT = (
    Row("kubectl rollout status deployment/docker-registry -n NAMESPACE", "successfully rolled out$"),
    Row(
        "kubectl exec -n NAMESPACE deploy/docker-registry --"
        " registry garbage-collect --delete-untagged /etc/distribution/config.yml",
        "^0 blobs marked, 3 blobs and 1 manifests eligible for deletion$",
    ),
)


def test_the_page_has_just_the_commands_that_are_run_here(fleet: Fleet) -> None:
    fleet.init()
    users = {"htpasswd": {"enabled": True, "existingSecret": SECRET}}
    fleet.commit("Add a registry with users", values={"auth": users, "deletion": {"enabled": True}})
    fleet.follow()
    several = (*COLLECT, *rows.HEALTH, *rows.SECRETS, *rows.TROUBLE, *rows.REMOVAL)
    page = (USERS, rows.FORWARD, rows.SERVICE, *USE, *several)
    assert commands(fleet) == [row.command for row in page]


def test_the_port_forward_runs_once_the_secret_with_the_users_is_there(fleet: Fleet, terminal: Terminal) -> None:
    words = ("htpasswd", "admin", "--namespace", fleet.namespace, "--name", SECRET, "--password-stdin")
    secret = fleet.cli(*words, said=TYPED).out
    until("Namespace", lambda: fleet.cluster.get("namespace", fleet.namespace))
    fleet.cluster.kubectl("apply", "-f", "-", said=secret)
    fleet.ready()
    terminal.leave_running(rows.FORWARD)


@pytest.mark.parametrize("row", [USERS, *USE, rows.ROOT, rows.TEST], ids=lambda row: row.command)
def test_a_command_works(terminal: Terminal, row: Row) -> None:
    terminal.run(row)


def test_garbage_is_collected_while_pushes_are_refused(fleet: Fleet, terminal: Terminal) -> None:
    before = fleet.description.read_text()
    fleet.commit("Refuse pushes, to collect garbage", **added(fleet))
    fleet.ready()
    terminal.leave_running(rows.FORWARD)
    with pytest.raises(AssertionError, match="UNSUPPORTED|405"):
        terminal.run(rows.PUSH)
    for row in COLLECT:
        terminal.run(row)
    fleet.description.write_text(before)


def test_after_it_the_same_image_can_be_pushed_again(fleet: Fleet, terminal: Terminal) -> None:
    fleet.commit("Take pushes again")
    fleet.ready()
    terminal.leave_running(rows.FORWARD)
    terminal.run(rows.PUSH)
    terminal.run(rows.PULL)


def added(fleet: Fleet) -> dict[str, Any]:
    """What the page says to add to the description before garbage is collected."""
    page = (fleet.folder / "README.md").read_text("utf-8")
    (block,) = re.findall(r"^ {3}```yaml\n(.*?)^ {3}```$", page, re.MULTILINE | re.DOTALL)
    said: dict[str, Any] = yaml.safe_load(block)
    return said
