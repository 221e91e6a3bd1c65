"""The facts are those of the chart: each is compared with what the real Helm renders."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.facts import DeploymentFacts, LossReason, ObjectReference
from tests.facts.deployments import DEPLOYMENTS

CHART = Path(__file__).parents[2] / "templates" / "chart" / "docker-registry"

Rendered = Callable[[str], dict[str, Any]]
every_deployment = pytest.mark.parametrize("name", DEPLOYMENTS)


@pytest.fixture(scope="module")
def rendered(tool: Callable[[str], Path]) -> Rendered:
    """Name of a deployment -> kind -> the object that the real Helm renders, without those of a test."""

    @functools.cache
    def objects(name: str) -> dict[str, Any]:
        facts = DeploymentFacts(DEPLOYMENTS[name])
        options = [facts.names.release, str(CHART), "--namespace", facts.names.target_namespace]
        done = subprocess.run(
            [str(tool("helm")), "template", *options, "-f", "-"],
            input=json.dumps(facts.deployment.values.to_config_dict()),
            capture_output=True,
            text=True,
            check=True,
        )
        theirs = facts.deployment.values.to_config_dict().get("extraDeploy", [])
        documents = [each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each and each not in theirs]
        return {
            document["kind"]: document
            for document in documents
            if "helm.sh/hook" not in document["metadata"].get("annotations", {})
        }

    return objects


@every_deployment
def test_objects_are_those_that_helm_renders(name: str, rendered: Rendered) -> None:
    found = {
        ObjectReference(kind, document["metadata"]["name"], document["metadata"]["namespace"])
        for kind, document in rendered(name).items()
    }
    assert found == set(DeploymentFacts(DEPLOYMENTS[name]).chart_objects)


@every_deployment
def test_needs_are_what_the_objects_refer_to_and_helm_does_not_render(name: str, rendered: Rendered) -> None:
    facts, objects = DeploymentFacts(DEPLOYMENTS[name]), rendered(name)
    namespace = facts.names.target_namespace
    created = {*facts.chart_objects, ObjectReference("ServiceAccount", "default", namespace)}
    created |= {
        ObjectReference(manifest["kind"], manifest["metadata"]["name"], namespace)
        for manifest in facts.deployment.values.extra_deploy
    }
    expected = {
        ObjectReference(kind, name, namespace if place is None else place) for kind, name, place in references(objects)
    }
    of_flux = {"GitRepository", "Namespace"}
    found = {ObjectReference(n.kind, n.name, n.namespace) for n in facts.needs if n.kind not in of_flux}
    assert {need for need in found if need.name != "edge"} == expected - created


def references(objects: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Kind, name, and namespace ("" for none, None for that of the release) of everything that the objects need."""
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    yield "ServiceAccount", pod["serviceAccountName"], None
    yield from (("Secret", secret["name"], None) for secret in pod.get("imagePullSecrets", ()))
    for kind, key in (("PriorityClass", "priorityClassName"), ("RuntimeClass", "runtimeClassName")):
        yield from ((kind, pod[key], "") for _ in range(key in pod))
    yield from ((kind, name, None) for kind, name in volume_references(pod["volumes"]))
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        variables = (variable.get("valueFrom", {}) for variable in container.get("env", ()))
        for source in (*container.get("envFrom", ()), *variables):
            for key, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
                reference = source.get(f"{key}Ref") or source.get(f"{key}KeyRef")
                if reference and not reference.get("optional"):
                    yield kind, reference["name"], None
    ingress = objects.get("Ingress", {}).get("spec", {})
    yield from (("Secret", tls["secretName"], None) for tls in ingress.get("tls", ()) if "secretName" in tls)
    yield from (("IngressClass", ingress[key], "") for key in ("ingressClassName",) if key in ingress)
    for parent in objects.get("HTTPRoute", {}).get("spec", {}).get("parentRefs", ()):
        yield "Gateway", parent["name"], parent.get("namespace")
    for claim in (objects[kind] for kind in ("PersistentVolumeClaim",) if kind in objects):
        yield from (("StorageClass", name, "") for name in claim["spec"].get("storageClassName", "").split())


def volume_references(volumes: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for volume in volumes:
        for source in volume.get("projected", {}).get("sources", [volume]):
            for key, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
                if key in source and not source[key].get("optional"):
                    yield kind, source[key].get("secretName") or source[key]["name"]
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
        if "csi" in volume:
            yield "Secret", volume["csi"]["nodePublishSecretRef"]["name"]


@every_deployment
def test_pods_run_the_image_under_the_names_of_the_facts(name: str, rendered: Rendered) -> None:
    facts = DeploymentFacts(DEPLOYMENTS[name])
    template = rendered(name)["Deployment"]["spec"]["template"]
    container = template["spec"]["containers"][0]
    context = template["spec"]["securityContext"] | container["securityContext"]
    assert container["image"] == facts.image.reference
    assert template["spec"]["serviceAccountName"] == facts.names.service_account
    assert template["spec"]["automountServiceAccountToken"] == facts.pod.has_api_token
    assert template["metadata"]["labels"]["app.kubernetes.io/name"] == facts.names.app_label
    assert (context["runAsUser"], context["runAsNonRoot"]) == (facts.pod.user, facts.pod.is_non_root)


@every_deployment
def test_images_are_where_helm_mounts_a_volume(name: str, rendered: Rendered) -> None:
    objects, storage = rendered(name), DeploymentFacts(DEPLOYMENTS[name]).storage
    volumes = objects["Deployment"]["spec"]["template"]["spec"]["volumes"]
    (data,) = [volume for volume in volumes if volume["name"] == "data"] or [{}]
    claims = [data["persistentVolumeClaim"]["claimName"]] if "persistentVolumeClaim" in data else []
    container = objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert claims == ([storage.claim] if storage.claim else [])
    assert (storage.loss_reason is LossReason.EMPTY_DIR) == (storage.is_on_disk and not claims)
    assert mounts.get("data", storage.root) == storage.root
    claim = objects.get("PersistentVolumeClaim", {"metadata": {}})
    is_kept = "helm.sh/resource-policy" in claim["metadata"].get("annotations", {}) or storage.is_existing_claim
    assert storage.is_claim_kept == is_kept


@every_deployment
def test_registry_is_configured_as_the_facts_have_it(name: str, rendered: Rendered) -> None:
    facts = DeploymentFacts(DEPLOYMENTS[name])
    config = yaml.safe_load(rendered(name)["ConfigMap"]["data"]["config.yml"])
    storage, http = config["storage"], config["http"]
    is_read_only = storage["maintenance"].get("readonly", {}).get("enabled", False)
    assert facts.storage.driver in storage
    assert facts.storage.accepts_pushes == ("proxy" not in config and not is_read_only)
    assert facts.storage.accepts_deletions == (storage["delete"]["enabled"] and facts.storage.accepts_pushes)
    assert [facts.authentication.provider] == [*config.get("auth", {None: {}})]
    assert facts.endpoints.prefix == http.get("prefix", "").rstrip("/")
    assert facts.pod.has_debug_server == ("debug" in http)


@every_deployment
def test_endpoints_are_those_of_the_service_and_the_ingress(name: str, rendered: Rendered) -> None:
    objects, facts = rendered(name), DeploymentFacts(DEPLOYMENTS[name])
    service, (container, *_) = objects["Service"], objects["Deployment"]["spec"]["template"]["spec"]["containers"]
    is_headless = service["spec"].get("clusterIP") == "None"
    port = container["ports"][0]["containerPort"] if is_headless else service["spec"]["ports"][0]["port"]
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
    assert (facts.endpoints.service_address, facts.endpoints.is_headless) == (f"{host}:{port}", is_headless)
    ingress = objects.get("Ingress", {"spec": {"rules": []}})
    hosts = [rule["host"] for rule in ingress["spec"]["rules"]]
    assert facts.endpoints.accepts_any_host == (hosts == [""])
    assert set(facts.endpoints.ingress_hosts) <= set(hosts)
    route = objects.get("HTTPRoute", {"spec": {}})
    assert list(facts.endpoints.route_hosts) == route["spec"].get("hostnames", [])
    secrets = {host: tls.get("secretName") for tls in ingress["spec"].get("tls", ()) for host in tls.get("hosts", ())}
    assert facts.endpoints.certificate_secret == secrets.get(facts.deployment.values.ingress.hostname, "")
