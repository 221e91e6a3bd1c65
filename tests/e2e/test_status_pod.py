"""A Pod that lacks a Secret, and one whose registry ends at once: `status` names what is wrong, in their own words."""

from __future__ import annotations

from registry_gitops.cluster.status import CauseId
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.status import cause, ready_without_causes

USERS = "docker-registry-users"
BUNDLE = "/etc/ssl/missing.pem"


def test_status_names_the_secret_that_is_missing_and_how_it_is_made(fleet: Fleet) -> None:
    fleet.init()
    users = {"enabled": True, "existingSecret": USERS}
    fleet.commit("Add a registry that asks for a password", release=IMPATIENT, values={"auth": {"htpasswd": users}})
    fleet.follow(wait=False)
    found = cause(fleet, CauseId.SECRET_MISSING, f'secret "{USERS}" not found')
    assert "registry-gitops htpasswd" in found.remedy


def test_the_secret_is_made_as_the_remedy_says_and_it_becomes_ready(fleet: Fleet) -> None:
    words = ("htpasswd", "ci", "--namespace", fleet.namespace, "--name", USERS, "--password-stdin")
    made = fleet.cli(*words, said="battery staple\n")
    fleet.cluster.kubectl("apply", "-f", "-", said=made.out)
    fleet.cli("status", fleet.description, "--wait", "2m")


def test_status_gives_the_last_line_of_a_registry_that_refuses_its_configuration(fleet: Fleet) -> None:
    token = {"realm": "https://auth.example.com", "service": "registry", "issuer": "me", "rootcertbundle": BUNDLE}
    fleet.commit(
        "Ask for tokens in place of passwords",
        values={"auth": {"htpasswd": {"enabled": False}}, "configuration": {"auth": {"token": token}}},
    )
    found = cause(fleet, CauseId.CRASH_LOOP, BUNDLE)
    assert found.location.object.startswith(f"Pod/{fleet.namespace}/docker-registry-")
    assert "values.configuration" in found.remedy


def test_fixed_in_git_it_is_ready_again_by_itself(fleet: Fleet) -> None:
    fleet.commit("Ask for nothing", values={"configuration": None})
    fleet.ready()
    ready_without_causes(fleet)
