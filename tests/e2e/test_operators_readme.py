"""The README of the default deployment: each command that an operator may copy out of it works as the page says."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e import rows
from tests.e2e.cluster import until
from tests.e2e.fleet import SYSTEM, Fleet
from tests.e2e.page import Row, Terminal, commands

USE = (
    rows.SERVICE,
    *rows.PUSH_AND_PULL,
    Row("curl -fsS http://localhost:5000/v2/_catalog", r'^\{"repositories":\["hello-world"\]\}$'),
    Row("curl -fsS http://localhost:5000/v2/hello-world/tags/list", r'^\{"name":"hello-world","tags":\["1"\]\}$'),
    *rows.HEALTH,
    rows.HTPASSWD,
    *rows.SECRETS,
    *rows.TROUBLE,
)


def test_the_page_has_just_the_commands_that_are_run_here(fleet: Fleet) -> None:
    fleet.init()
    fleet.commit("Add a registry")
    fleet.follow()
    assert commands(fleet) == [row.command for row in (rows.FORWARD, *USE, *rows.REMOVAL)]


def test_the_port_forward_runs_beside_the_other_commands(fleet: Fleet, terminal: Terminal) -> None:
    fleet.ready()
    terminal.leave_running(rows.FORWARD)


@pytest.mark.parametrize("row", USE, ids=lambda row: row.command)
def test_a_command_works(terminal: Terminal, row: Row) -> None:
    terminal.run(row)


def test_flux_has_looked_at_the_release_when_it_was_told_to(fleet: Fleet) -> None:
    def looked() -> bool:
        release = fleet.release() or {}
        asked = release["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"]
        return bool(release["status"].get("lastHandledReconcileAt") == asked)

    until("reconciliation that was asked for", looked)


def test_a_deleted_release_comes_back_from_git(fleet: Fleet, terminal: Terminal) -> None:
    terminal.run(rows.DELETE)
    until("cluster without the Deployment", lambda: fleet.cluster.select("deployments", fleet.namespace) == [])
    # It does so by itself, after the interval of the Kustomization.
    fleet.reconcile("kustomization", fleet.name, SYSTEM)
    until("release that is there again", fleet.release)
    fleet.ready()


def test_after_the_removal_from_git_the_images_can_be_deleted(fleet: Fleet, terminal: Terminal) -> None:
    shutil.rmtree(fleet.folder)
    # Without a file there would be no folder `apps` for Flux to look into, and it would prune nothing.
    (fleet.folder.parent / "README.md").write_text("No applications.\n")
    commit = fleet.push("Remove the registry")
    until("application of the removal", lambda: commit in fleet.applied())
    until("cluster without its Pods", lambda: not fleet.cluster.select("pods", fleet.namespace))
    terminal.run(rows.DELETE_IMAGES)
    until("claim that is gone", lambda: fleet.cluster.get("pvc", "docker-registry", fleet.namespace) is None)


def test_the_namespace_can_be_deleted_last(fleet: Fleet, terminal: Terminal) -> None:
    terminal.run(rows.LIST)
    terminal.run(rows.DELETE_NAMESPACE)
    until("Namespace that is gone", lambda: fleet.cluster.get("namespace", fleet.namespace) is None)
