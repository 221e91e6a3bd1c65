"""Statuses of snapshots with one change, and what holds for all of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.cluster.status import Snapshot, Status, assess, build_status_report, format_status
from registry_gitops.cluster.status.causes.containers.registry_log import find_error_line
from registry_gitops.cluster.status.display import format_age
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.report import WRITERS
from registry_gitops.schema import config_schema

from .deployments import NAMES, load_snapshot, with_change, with_event, without_kinds
from .states.state import upgrade_failed

SCHEMA = Path(__file__).parents[2] / "docs/status.schema.json"


def causes(snapshot: Snapshot) -> list[str]:
    return [cause.id.value for cause in assess(snapshot).findings]


def test_missing_flux_is_another_cause_than_a_missing_release() -> None:
    empty = replace(without_kinds(load_snapshot("ready"), "HelmRelease", "Kustomization"), name="other")
    assert causes(replace(empty, objects=(), has_flux=False)) == ["flux-missing"]
    assert causes(empty) == ["not-applied"]


def test_not_applied_names_other_releases_of_the_namespace() -> None:
    found = assess(replace(load_snapshot("ready"), name="registry"))
    assert "docker-registry" in found.findings[-1].evidence[0]


def test_release_with_an_unobserved_change_is_not_ready() -> None:
    def edit(release: dict[str, Any]) -> None:
        release["metadata"]["generation"] = 2

    assert causes(with_change(load_snapshot("ready"), "HelmRelease", edit)) == ["not-observed"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"artifact": {"revision": "1"}, "conditions": [{"type": "Ready", "status": "True"}]}, []),
        (
            {
                "artifact": {"revision": "1"},
                "conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}],
            },
            ["not-observed"],
        ),
    ],
)
def test_artifact_of_a_maker_that_tells_no_generation_is_current(status: dict[str, Any], expected: list[str]) -> None:
    name = {"kind": "ExternalArtifact", "name": "chart", "namespace": "flux-system"}
    metadata = {"name": "chart", "namespace": "flux-system", "uid": "chart", "generation": 2}
    artifact = {"apiVersion": "source.toolkit.fluxcd.io/v1", **name, "metadata": metadata, "status": status}

    def edit(release: dict[str, Any]) -> None:
        release["spec"].pop("chart", None)
        release["spec"]["chartRef"] = name

    ready = with_change(load_snapshot("ready"), "HelmRelease", edit)
    snapshot = replace(ready, objects=(*ready.objects, Object(artifact)))
    assert [cause for cause in causes(snapshot) if cause == "not-observed"] == expected


def suspended(snapshot: Snapshot, kind: str, **status: Any) -> Snapshot:
    """The same, with objects of a kind that were suspended after their controller looked at them."""

    def edit(found: dict[str, Any]) -> None:
        found["metadata"]["generation"] = 7
        found["spec"]["suspend"] = True
        found["status"].update(status)

    return with_change(snapshot, kind, edit)


@pytest.mark.parametrize("kind", ["HelmRelease", "Kustomization", "GitRepository", "HelmChart"])
def test_suspended_object_of_a_later_generation_is_a_warning(kind: str) -> None:
    found = assess(suspended(load_snapshot("ready"), kind))
    assert found.ready
    assert [(cause.id.value, cause.severity.value) for cause in found.findings] == [("suspended", "warning")]
    assert found.findings[0].location.object.startswith(f"{kind}/")
    assert found.summary.startswith("ready, but ")


@pytest.mark.parametrize("kind", ["HelmRepository", "OCIRepository"])
def test_suspended_source_of_a_later_generation_is_a_warning(kind: str) -> None:
    def replaced(found: dict[str, Any]) -> None:
        found["spec"]["chart"]["spec"]["sourceRef"].update(kind=kind)

    source = with_change(
        with_change(load_snapshot("ready"), "HelmRelease", replaced), "GitRepository", lambda it: it.update(kind=kind)
    )
    assert causes(suspended(source, kind)) == ["suspended"]


def test_release_suspended_before_it_was_observed_has_no_other_cause() -> None:
    found = assess(suspended(load_snapshot("just-applied"), "HelmRelease", conditions=[]))
    assert not found.ready
    assert (found.findings[0].id.value, found.findings[0].severity.value) == ("suspended", "error")
    assert "the HelmRelease is suspended" in found.summary
    assert "is working" not in found.model_dump_json()
    assert "has not processed" not in found.model_dump_json()


def test_suspended_source_that_was_never_fetched_is_the_root_cause() -> None:
    waits = [{"type": "Ready", "status": "False", "reason": "SourceNotReady", "message": "no artifact"}]
    snapshot = with_change(
        load_snapshot("just-applied"), "HelmRelease", lambda it: it["status"].update(conditions=waits)
    )
    found = assess(suspended(snapshot, "GitRepository", conditions=[]))
    assert found.findings[0].id.value == "suspended"
    assert found.findings[0].location.object.startswith("GitRepository/")


@pytest.mark.parametrize("name", ["upgrade-fails", "crash-loop", "values-refused-by-upgrade"])
def test_release_that_failed_before_it_was_suspended_has_the_failure_first(name: str) -> None:
    before, after = assess(load_snapshot(name)), assess(suspended(load_snapshot(name), "HelmRelease"))
    assert after.findings[0] == before.findings[0]
    assert [cause.severity.value for cause in after.findings if cause.id.value == "suspended"] == ["warning"]


def test_remedy_for_an_object_deleted_under_a_suspended_release_is_to_resume() -> None:
    found = assess(suspended(load_snapshot("deployment-deleted"), "HelmRelease"))
    assert found.findings[0].id.value == "workload-gone"
    assert found.findings[0].remedy.startswith("`flux resume helmrelease docker-registry")


def test_volume_attached_to_another_node_is_another_cause_than_an_unbound_one() -> None:
    message = 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) docker-registry-1'
    assert causes(with_event(load_snapshot("secret-missing"), "Pod", "FailedAttachVolume", message))[0] == "volume-held"


def test_unexplained_failure_of_helm_has_its_message_as_evidence() -> None:
    message = (
        "Helm upgrade failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: new words"
    )
    found = assess(upgrade_failed(message)(load_snapshot("ready")))
    assert [cause.id.value for cause in found.findings] == ["release-failed"]
    assert found.findings[0].message == "Helm could not upgrade the release, for a reason that `status` does not know"
    assert message in found.findings[0].evidence


def test_lost_claim_is_not_ready_although_the_pod_is() -> None:
    def lose(claim: dict[str, Any]) -> None:
        claim["status"]["phase"] = "Lost"

    found = assess(with_change(load_snapshot("ready"), "PersistentVolumeClaim", lose))
    assert (found.ready, found.findings[0].id.value) == (False, "volume-not-bound")


def test_probes_count_only_after_the_start_time() -> None:
    soon = load_snapshot("probe-fails")
    pod = next(each for each in soon.objects if each.kind == "Pod")
    started = pod.items("status.containerStatuses")[0]["state"]["running"]["startedAt"]
    quiet = without_kinds(
        with_change(soon, "HelmRelease", lambda release: release["status"].update(conditions=[])), "Event"
    )
    early = with_event(quiet, "Pod", "Unhealthy", "Readiness probe failed")
    moment = type(soon.read_at).fromisoformat(started)
    assert causes(replace(early, read_at=moment + timedelta(seconds=5))) == ["in-progress"]
    assert causes(replace(early, read_at=moment + timedelta(seconds=50))) == ["not-healthy"]


def test_forbidden_objects_are_not_reported_as_missing() -> None:
    blind = replace(
        without_kinds(load_snapshot("ready"), "Service", "GitRepository"),
        forbidden_kinds=("services", "gitrepositories.source"),
    )
    assert causes(blind) == []
    assert "this user is not allowed to read services" in format_status(assess(blind))


def test_rollout_restart_is_no_drift() -> None:
    def restart(workload: dict[str, Any]) -> None:
        annotations: dict[str, Any] = {".": {}, "f:kubectl.kubernetes.io/restartedAt": {}}
        fields = {"f:spec": {"f:template": {"f:metadata": {"f:annotations": annotations}}}}
        workload["metadata"]["managedFields"].append(
            {"manager": "kubectl-rollout", "operation": "Update", "fieldsV1": fields}
        )

    assert causes(with_change(load_snapshot("ready"), "Deployment", restart)) == []


def test_autoscaler_is_no_drift() -> None:
    def scale(workload: dict[str, Any]) -> None:
        workload["metadata"]["managedFields"].append(
            {
                "manager": "kube-controller-manager",
                "operation": "Update",
                "subresource": "scale",
                "fieldsV1": {"f:spec": {"f:replicas": {}}},
            }
        )

    assert causes(with_change(load_snapshot("ready"), "Deployment", scale)) == []


def test_number_of_pods_that_flux_does_not_set_is_no_drift_under_an_autoscaler() -> None:
    def forget(workload: dict[str, Any]) -> None:
        for entry in workload["metadata"]["managedFields"]:
            entry["fieldsV1"].get("f:spec", {}).pop("f:replicas", None)

    def autoscale(release: dict[str, Any]) -> None:
        release["spec"]["values"] = {"autoscaling": {"enabled": True}}

    unset = with_change(load_snapshot("ready"), "Deployment", forget)
    assert causes(unset) == ["drifted"]
    assert causes(with_change(unset, "HelmRelease", autoscale)) == []


@pytest.mark.parametrize("name", NAMES)
def test_json_is_valid_by_the_schema_and_can_be_read_back(name: str) -> None:
    written = assess(load_snapshot(name)).to_json()
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text("utf-8"))).validate(json.loads(written))
    assert Status.model_validate_json(written) == assess(load_snapshot(name))


@pytest.mark.parametrize("name", NAMES)
def test_remedies_name_existing_keys(name: str) -> None:
    found = (cause.remedy for cause in assess(load_snapshot(name)).findings)
    keys = {key for remedy in found for key in re.findall(r"`((?:values|source|release)\.[\w.]+)", remedy)}
    # A key that the chart refused, since there is none of that name, is named too.
    assert {key for key in keys if not _exists(key)} <= {"values.presistence"}


def _exists(key: str) -> bool:
    schema = config_schema()
    places = [schema]
    for part in key.split("."):
        places = [inner for place in places for inner in _properties(place, schema, part)]
    return bool(places)


def _properties(place: dict[str, Any], schema: dict[str, Any], key: str) -> list[dict[str, Any]]:
    if reference := place.get("$ref"):
        return _properties(schema["definitions"][reference.rpartition("/")[2]], schema, key)
    own = [place["properties"][key]] if key in place.get("properties", {}) else []
    choices = [each for word in ("anyOf", "oneOf", "allOf") for each in place.get(word, ())]
    return own + [found for each in choices for found in _properties(each, schema, key)]


def _pruned(value: Any, gone: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _pruned(inner, gone) for key, inner in value.items() if key not in gone}
    return [_pruned(inner, gone) for inner in value] if isinstance(value, list) else value


KEYS = ["conditions", "containerStatuses", "history", "inventory", "lastTransitionTime", "spec", "status", "labels"]
KEYS += ["ownerReferences", "managedFields", "message", "reason", "state", "uid", "involvedObject", "sourceRef", "url"]


@given(st.sampled_from(NAMES), st.frozensets(st.sampled_from(KEYS), min_size=1))
def test_objects_with_missing_fields_raise_no_exception(name: str, gone: frozenset[str]) -> None:
    snapshot = load_snapshot(name)
    objects = tuple(Object(_pruned(dict(each.data), gone)) for each in snapshot.objects)
    status = assess(replace(snapshot, objects=objects))
    assert format_status(status)
    assert Status.model_validate_json(status.to_json()) == status


def test_text_has_no_control_characters() -> None:
    def attack(workload: dict[str, Any]) -> None:
        workload["spec"]["template"]["spec"]["containers"][0]["image"] = "evil\x1b[2J\rregistry"

    assert "\x1b" not in format_status(assess(with_change(load_snapshot("ready"), "Deployment", attack)))


def test_no_format_has_credentials_of_an_object() -> None:
    url = "https://me:hunter2@registry.example.com"

    def attack(thing: dict[str, Any]) -> None:
        thing["spec"]["template"]["spec"]["containers"][0]["image"] = f"{url}/registry"
        thing["spec"]["template"]["spec"]["volumes"] = []

    def fail(thing: dict[str, Any]) -> None:
        thing["status"]["history"][0]["chartVersion"] = url
        thing["status"]["conditions"] = [{"type": "Ready", "status": "False", "message": url, "reason": url}]

    hostile = with_change(with_change(load_snapshot("ready"), "Deployment", attack), "HelmRelease", fail)
    hostile = replace(with_event(hostile, "HelmRelease", "Failed", f"GET {url}"), name="docker-registry")
    status = assess(replace(hostile, forbidden_kinds=(url,)))
    written = [
        format_status(status),
        status.to_json(),
        *(write(build_status_report(status)) for write in WRITERS.values()),
    ]
    assert all("registry.example.com" in each for each in written)
    assert not [each for each in written if "hunter2" in each]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (7199, "119m"), (7200, "2h"), (172799, "47h"), (172800, "2d")],
)
def test_format_age_uses_one_unit(seconds: int, said: str) -> None:
    assert format_age(timedelta(seconds=seconds)) == said


def test_find_error_line_returns_the_last_line_about_an_error_before_usage() -> None:
    log = "starting\nconfiguration error: invalid loglevel\nUsage:\n  registry serve <config> [flags]\n\n"
    assert find_error_line(log) == "configuration error: invalid loglevel"
    assert find_error_line("one\ntwo\n") == "two"
    assert find_error_line("") == ""
