"""What `diff` tells of a change, and what the API server, Helm, and Flux then do: the same, for each change of a table.

All registries of the table run at once, and each commit changes all that still have a change to come.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import yaml

from registry_gitops.cluster import port_forward
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.diff import Effect
from registry_gitops.rules import DEPLOYMENT_RULES
from tests.diff.effect_cases import TRACKS, Change, Track
from tests.e2e.cluster import Object, condition, is_not_ready, is_ready, until
from tests.e2e.effects import IMAGE_TAG, Api, State
from tests.e2e.fleet import IMPATIENT, Fleet, git
from tests.e2e.pushes import repository
from tests.e2e.services import ACCESS_KEY, SECRET_KEY, start_s3
from tests.support.oci_content import Blob

pytestmark = pytest.mark.crowded

ALLOW = [word for rule in DEPLOYMENT_RULES if rule.id != "source-path" for word in ("--allow", rule.id)]
CHART = "charts/docker-registry"
PATIENT = {**IMPATIENT, "timeout": "1m"}
"""All registries start at the same time, which takes a while; what is refused is refused at once."""
ROUNDS = max(len(track.changes) for track in TRACKS.values())
CHANGES = [(name, number) for name, track in TRACKS.items() for number in range(len(track.changes))]


@dataclass(frozen=True)
class Outcome:
    """What `diff` told of a change, and what it did."""

    told: Effect
    seen: Effect


class Registries:
    """All registries of the table, in one repository."""

    def __init__(self, fleet: Fleet, api: Api) -> None:
        self._fleet = fleet
        self._api = api
        self._deployments: dict[str, RegistryDeployment] = {}

    def start(self) -> None:
        """Deploy all of them."""
        self._fleet.cli("chart", "write", CHART)
        self._fleet.cluster.apply(*(each for name, track in TRACKS.items() for each in self._needs(name, track)))
        for name, track in TRACKS.items():
            if track.buckets:
                start_s3(self._fleet.cluster, self.namespace(name), *track.buckets)
            config = {
                "namespace": {"name": self.namespace(name)},
                "source": {"type": "git", "chart": f"/{CHART}", "path": f"apps/{name}", "name": self._fleet.name},
                "release": PATIENT,
                "values": track.values,
            }
            deployment = RegistryDeployment.model_validate(config)
            self._write(name, deployment.derive(values={"resources": {"requests": {"cpu": "5m"}}}))
        self._commit("Add the registries")
        self._fleet.follow(wait=False)
        assert self._wait(TRACKS) == set(), "registries that could not be deployed"

    def namespace(self, name: str) -> str:
        """That of a registry."""
        return f"{self._fleet.name}-{name}"

    def push(self, name: str, content: Blob) -> None:
        """Push an image to a registry that Pods serve, unless it has the image."""
        state = self.state(name)
        if state.pods and not state.has_image:
            service = next(each for each in state.objects if each.startswith("Service/"))
            with port_forward(self.namespace(name), service.replace("Service", "svc"), "http") as address:
                repository(address).push(content, IMAGE_TAG)

    def state(self, name: str) -> State:
        """What there is of a registry now."""
        return State.of(self._api, self.namespace(name))

    def change(self, changes: dict[str, Change]) -> tuple[dict[str, Effect], set[str]]:
        """Make the changes, and wait until Flux has made them too.

        Return what `diff` told of each, and the registries whose change was refused.
        """
        for name, change in changes.items():
            deployment = change.apply(self._deployments[name])
            if deployment:
                self._write(name, deployment)
            else:
                shutil.rmtree(self._folder(name))
                del self._deployments[name]
        outcome = self._fleet.cli("diff", "apps", "-o", "json", *ALLOW, code=1)
        told = {Path(each["config"]).parent.name: each["effect"] for each in json.loads(outcome.out)["deployments"]}
        self._commit("Change them")
        return {name: Effect(told[name]) for name in changes}, self._wait(changes)

    def remove(self) -> None:
        """Delete the namespaces. What else there is, the fleet removes."""
        names = [self.namespace(name) for name in TRACKS]
        self._fleet.cluster.kubectl("delete", "namespace", *names, "--ignore-not-found", "--wait=false")

    def _needs(self, name: str, track: Track) -> Iterator[Object]:
        place = {"namespace": self.namespace(name)}
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace(name)}}
        data = {"http-secret": "a secret that Pods share"}
        yield {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "http", **place}, "stringData": data}
        keys = {"access-key": ACCESS_KEY, "secret-key": SECRET_KEY}
        yield {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s3", **place}, "stringData": keys}
        if track.spare_claim:
            spec = track.spare_claim
            yield {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": "spare", **place},
                "spec": spec,
            }

    def _folder(self, name: str) -> Path:
        return self._fleet.tree / "apps" / name

    def _write(self, name: str, deployment: RegistryDeployment) -> None:
        self._deployments[name] = deployment
        self._folder(name).mkdir(parents=True, exist_ok=True)
        (self._folder(name) / "registry.yaml").write_text(yaml.safe_dump(deployment.to_config_dict()))

    def _commit(self, message: str) -> None:
        self._fleet.cli("render", "apps", *ALLOW)
        self._fleet.push(message)

    def _wait(self, names: Iterable[str]) -> set[str]:
        """Wait until Flux has done what it can for each of these, and return those whose change was refused."""
        commit = git(self._fleet.tree, "rev-parse", "HEAD").strip()
        until("application of the newest commit", lambda: commit in self._fleet.applied())
        ends = {name: until(f"end of {name}", partial(self._end, name), 120) for name in names}
        return {name for name, end in ends.items() if end == "refused"}

    def _end(self, name: str) -> str:
        """How the last change of a registry has ended, "" if it has not."""
        found = self._api.list(f"/apis/helm.toolkit.fluxcd.io/v2/namespaces/{self.namespace(name)}/helmreleases")
        deployment = self._deployments.get(name)
        if len(found) != (1 if deployment else 0):
            # With its Namespace, it is deleted too.
            return "deleted" if not found and deployment and not deployment.renders_namespace else ""
        if not deployment:
            return "removed"
        if deployment.release.suspend or is_ready(found[0]):
            return "done"
        # Not that it takes long, which a busy machine causes: the next attempt succeeds.
        is_invalid = "is invalid" in condition(found[0]).get("message", "")
        return "refused" if is_invalid and is_not_ready(found[0]) else ""


@pytest.fixture(scope="module")
def outcomes(fleet: Fleet, pushed: Blob) -> Iterator[dict[tuple[str, int], Outcome]]:
    """Make all changes: name and number of each -> its outcome."""
    with Api() as api:
        registries = Registries(fleet, api)
        try:
            yield dict(_make_changes(registries, api, pushed))
        finally:
            registries.remove()


def _make_changes(registries: Registries, api: Api, pushed: Blob) -> Iterator[tuple[tuple[str, int], Outcome]]:
    registries.start()
    for number in range(ROUNDS):
        changes = {name: track.changes[number] for name, track in TRACKS.items() if number < len(track.changes)}
        for name in changes:
            if TRACKS[name].has_images:
                registries.push(name, pushed)
        before = {name: registries.state(name) for name in changes}
        api.forget()
        told, refused = registries.change(changes)
        for name in changes:
            least = api.least_serving(registries.namespace(name))
            seen = registries.state(name).effect(before[name], least, is_refused=name in refused)
            yield (name, number), Outcome(told[name], seen)


@pytest.mark.parametrize(("name", "number"), CHANGES)
def test_a_change_does_what_diff_tells(outcomes: dict[tuple[str, int], Outcome], name: str, number: int) -> None:
    change = TRACKS[name].changes[number]
    assert outcomes[name, number] == Outcome(told=change.effect, seen=change.effect), change.title
