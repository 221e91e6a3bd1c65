"""A registry that asks for a password, by a Secret that `registry-gitops htpasswd` made and that stands in Git."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.auth import HTTPBasicAuth

from registry_gitops.smoke import CHECKS
from tests.e2e.cluster import is_ready, until
from tests.e2e.fleet import Fleet
from tests.support.tools import tool

NAME = "docker-registry"

FIRST = "correct horse battery staple"
SECOND = "another staple"

# A kubelet looks at the Secrets of a Pod with each sync of it: every 60 s, and up to half as much later.
TO_TAKE_UP = 120


PROMISES = [word for check in CHECKS if check.id.startswith("promised-") for word in ("--check", check.id)]


def compare(fleet: Fleet, *, code: int) -> dict[str, Any]:
    """The report of `smoke` on each promise of the description, at the registry in the cluster."""
    smoke: tuple[str | Path, ...] = ("smoke", fleet.description, "--username", "ci", "--password-stdin", "-o", "json")
    report: dict[str, Any] = json.loads(fleet.cli(*smoke, *PROMISES, code=code, said=f"{SECOND}\n").out)
    return report


def commit_password(fleet: Fleet, password: str, message: str) -> None:
    """Make the Secret from a password on stdin, and push it to Git."""
    made = fleet.cli("htpasswd", "ci", "--namespace", fleet.namespace, "--password-stdin", said=f"{password}\n")
    (fleet.folder / "users.yaml").write_text(made.out)
    assert password not in made.out
    fleet.commit(message)


def status(address: str, *login: str) -> int:
    """What a request to /v2/ by a user with a password is answered with."""
    return requests.get(f"http://{address}/v2/", auth=HTTPBasicAuth(*login), timeout=10).status_code


@pytest.fixture(scope="module")
def address(fleet: Fleet) -> Iterator[str]:
    """Of a registry whose Secret holds the first password."""
    fleet.init()
    secret = {"enabled": True, "existingSecret": "docker-registry-users"}
    fleet.describe(values={"auth": {"htpasswd": secret}}, kustomization={"resources": ["users.yaml"]})
    commit_password(fleet, FIRST, "Add a registry that asks for a password")
    fleet.follow(wait=False)
    fleet.ready()
    with fleet.cluster.forward(fleet.namespace) as address:
        yield address


def crane(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run crane with the logins that it keeps in `folder`."""
    environment = {"DOCKER_CONFIG": str(folder), "PATH": "/nowhere"}
    return subprocess.run(
        [tool("crane"), *words, "--insecure"], env=environment, capture_output=True, text=True, timeout=60
    )


def test_who_names_no_password_is_refused(address: str) -> None:
    answer = requests.get(f"http://{address}/v2/", timeout=10)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Registry"'
    assert answer.json()["errors"][0]["code"] == "UNAUTHORIZED"


def test_the_right_password_is_accepted_and_no_other(address: str) -> None:
    assert status(address, "ci", FIRST) == 200
    assert status(address, "ci", FIRST + "!") == 401
    assert status(address, "ic", FIRST) == 401


def test_a_client_that_has_logged_in_pushes_and_pulls(address: str, tmp_path: Path) -> None:
    layer, pulled = tmp_path / "layer.tar", tmp_path / "pulled.tar"
    layer.write_bytes(bytes(10240))
    name = f"{address}/team/app:1"
    push = ("append", "--new_layer", str(layer), "--new_tag", name)
    assert "401 Unauthorized" in crane(tmp_path, *push).stderr
    login = crane(tmp_path, "auth", "login", address, "--username", "ci", "--password", FIRST)
    assert login.returncode == 0, login.stderr
    for words in (push, ("pull", name, str(pulled))):
        done = crane(tmp_path, *words)
        assert done.returncode == 0, done.stderr
    assert pulled.stat().st_size > 0


def test_smoke_passes_with_the_password_and_says_what_is_wrong_without(fleet: Fleet, address: str) -> None:
    # Not all checks: some 500 requests, each with its bcrypt, would take half a CPU a minute.
    checks = ("login-challenge", "login-valid", "login-invalid", "login-push", "manifest-image")
    options = [word for check in checks for word in ("--check", check)]
    smoke = ("smoke", f"http://{address}", "--username", "ci", "--password-stdin", *options)
    report = json.loads(fleet.cli(*smoke, "-o", "json", said=f"{FIRST}\n").out)
    assert {each["id"]: each["outcome"] for each in report["checks"]} == dict.fromkeys(checks, "passed")
    refused = fleet.cli(*smoke, said="not the one\n", code=3).err
    assert "returned 401" in refused
    assert "not the one" not in refused


def test_a_new_password_in_git_is_taken_up_by_the_running_pod(fleet: Fleet, address: str) -> None:
    before = fleet.cluster.select("pod", fleet.namespace)
    commit_password(fleet, SECOND, "Change the password")
    fleet.ready()
    until("registry that takes the new password", lambda: status(address, "ci", SECOND) == 200, TO_TAKE_UP)
    assert status(address, "ci", FIRST) == 401
    after = fleet.cluster.select("pod", fleet.namespace)
    assert [pod["metadata"]["uid"] for pod in after] == [pod["metadata"]["uid"] for pod in before]
    assert [pod["status"]["containerStatuses"][0]["restartCount"] for pod in after] == [0]


def test_smoke_finds_no_difference_to_the_description(fleet: Fleet) -> None:
    report = compare(fleet, code=0)
    passed = {check["id"] for check in report["checks"] if check["outcome"] == "passed"}
    assert passed >= {"promised-login", "promised-login-push", "promised-challenge", "promised-deletion"}, report


def test_smoke_finds_that_somebody_switched_the_login_off_by_hand(fleet: Fleet) -> None:
    release = fleet.cluster.get("helmrelease", NAME, fleet.namespace)
    patch = json.dumps({"spec": {"values": {"auth": {"htpasswd": {"enabled": False}}}}})
    fleet.cluster.kubectl("patch", "helmrelease", NAME, "-n", fleet.namespace, "--type=merge", "-p", patch)
    until("upgrade of the release", lambda: is_upgraded(fleet, release))
    report = compare(fleet, code=1)
    failed = {finding["id"]: finding for finding in report["findings"]}
    assert failed.keys() == {"promised-login", "promised-login-push", "promised-anonymous-pull"}, report
    # The description has that value already.
    assert not [each for each in failed.values() if "Set `auth.htpasswd.enabled`" in each["remedy"]], report


def is_upgraded(fleet: Fleet, before: dict[str, Any] | None) -> bool:
    """Whether the release is Ready with other values, and the one Pod that is left has them."""
    found = fleet.release()
    assert before is not None
    is_new = found is not None and found["metadata"]["generation"] > before["metadata"]["generation"]
    return is_new and is_ready(found) and len(fleet.pods()) == 1


def test_smoke_tells_that_no_pod_is_behind_the_service(fleet: Fleet) -> None:
    fleet.cluster.kubectl("scale", "-n", fleet.namespace, f"deployment/{NAME}", "--replicas=0")
    until("Service without Pods", lambda: not fleet.pods())
    error = fleet.cli("smoke", fleet.description, code=3).err
    assert "Deployment/docker-registry was scaled to 0 replicas by hand" in error
