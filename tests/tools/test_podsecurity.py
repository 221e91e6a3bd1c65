"""podsecurity finds what the API server would refuse, and does not call an input good that it has not read."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.tools import ToolProblem, podsecurity

pytestmark = pytest.mark.tools

CONTAINER = {
    "name": "registry",
    "image": "registry:3",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
SPEC = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [CONTAINER],
}


def workload(kind: str = "Pod", spec: dict[str, Any] = SPEC) -> dict[str, Any]:
    """An object of this kind, with the Pod's spec where the kind has it."""
    template: dict[str, Any] = {"metadata": {"labels": {"app": "registry"}}, "spec": copy.deepcopy(spec)}
    body = {
        "Pod": template,
        "PodTemplate": {"template": template},
        "CronJob": {"spec": {"jobTemplate": {"spec": {"template": template}}}},
    }.get(kind, {"spec": {"template": template}})
    return {"kind": kind, **body, "metadata": {"name": "registry", "namespace": "apps"}}


PRIVILEGED = {**SPEC, "containers": [{**CONTAINER, "securityContext": {"privileged": True}}]}
KINDS = ["Pod", "PodTemplate", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_pod_with_all_settings_is_admitted(kind: str) -> None:
    assert podsecurity(yaml.safe_dump(workload(kind))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_privileged_pod_is_refused_with_a_line_for_each_reason(kind: str) -> None:
    found = podsecurity(yaml.safe_dump(workload(kind, PRIVILEGED)))
    assert [line.split(": ")[:3] for line in found] == [
        ["stdin", f"{kind} apps/registry", "privileged"],
        ["stdin", f"{kind} apps/registry", "allowPrivilegeEscalation != false"],
        ["stdin", f"{kind} apps/registry", "unrestricted capabilities"],
    ]


def test_each_document_and_each_item_of_a_list_is_looked_at() -> None:
    service = {"kind": "Service", "metadata": {"name": "registry"}}
    listed = {"kind": "List", "items": [workload("Pod", PRIVILEGED), service]}
    found = podsecurity(yaml.safe_dump_all([service, workload(), listed, workload("Job", PRIVILEGED)]))
    assert [line.split(": ")[1] for line in found] == ["Pod apps/registry"] * 3 + ["Job apps/registry"] * 3


def test_files_are_named_in_the_lines(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(yaml.safe_dump(workload()))
    bad.write_text(yaml.safe_dump(workload("Pod", PRIVILEGED)))
    assert {line.split(": ")[0] for line in podsecurity([good, bad])} == {str(bad)}


def test_the_level_decides() -> None:
    text = yaml.safe_dump(workload("Pod", {"containers": [{"name": "c", "image": "i"}]}))
    assert podsecurity(text, level="baseline") == []
    assert len(podsecurity(text, level="restricted")) == 4


def test_the_version_of_the_level_decides() -> None:
    keeps_capabilities = {**CONTAINER, "securityContext": {"allowPrivilegeEscalation": False}}
    text = yaml.safe_dump(workload("Pod", {**SPEC, "containers": [keeps_capabilities]}))
    # That all capabilities are dropped is asked for since 1.22.
    assert podsecurity(text, version="v1.21") == []
    assert len(podsecurity(text, version="v1.22")) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kind: Service", "no Pod"),
        ("", "no Pod"),
        ("kind: Pod\nspec: {containers: []}", "no containers"),
        ("kind: Deployment\nspec: {}", "has no spec.template"),
        ("a: [", "document 1"),
        ("kind: Pod\nkind: Pod", "already set"),
        (yaml.safe_dump(workload()).replace("runAsNonRoot", "runAsNonroot"), 'unknown field "spec.securityContext.run'),
    ],
)
def test_input_that_cannot_be_judged_is_no_pass(text: str, reason: str) -> None:
    with pytest.raises(ToolProblem, match=reason):
        podsecurity(text)


def test_an_unknown_level_and_a_missing_file_are_no_pass(tmp_path: Path) -> None:
    with pytest.raises(ToolProblem, match="must be one of"):
        podsecurity(yaml.safe_dump(workload()), level="strict")
    with pytest.raises(ToolProblem, match="no such file"):
        podsecurity([tmp_path / "missing.yaml"])
