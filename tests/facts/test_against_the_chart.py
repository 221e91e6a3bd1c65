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
        documents = [document for document in yaml.safe_load_all(done.stdout) if document]
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
    named = {ObjectReference(kind, name, facts.names.target_namespace) for kind, name in references(objects)}
    namespace = facts.names.target_namespace
    expected = named - set(facts.chart_objects) - {ObjectReference("ServiceAccount", "default", namespace)}
    if claim := objects.get("PersistentVolumeClaim"):
        expected |= {
            ObjectReference("StorageClass", name, "") for name in claim["spec"].get("storageClassName", "").split()
        }
    of_flux = {"GitRepository", "Namespace"}
    assert {ObjectReference(n.kind, n.name, n.namespace) for n in facts.needs if n.kind not in of_flux} == expected


def references(objects: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and name of everything that the Pods and the Ingress need."""
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    yield "ServiceAccount", pod["serviceAccountName"]
    yield from (("Secret", secret["name"]) for secret in pod.get("imagePullSecrets", ()))
    for volume in pod["volumes"]:
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]
        elif "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
        elif "projected" in volume:
            sources = volume["projected"]["sources"]
            kinds = {"secret": "Secret", "configMap": "ConfigMap"}
            yield from ((kinds[key], source["name"]) for entry in sources for key, source in entry.items())
        elif "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
    (container,) = pod["containers"]
    sources = [*container.get("envFrom", ()), *(variable.get("valueFrom", {}) for variable in container.get("env", ()))]
    for source in sources:
        for key, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
            reference = source.get(f"{key}Ref") or source.get(f"{key}KeyRef")
            if reference and not reference.get("optional"):
                yield kind, reference["name"]
    yield from (("Secret", tls["secretName"]) for tls in objects.get("Ingress", {}).get("spec", {}).get("tls", ()))


@every_deployment
def test_pods_run_the_image_under_the_names_of_the_facts(name: str, rendered: Rendered) -> None:
    facts = DeploymentFacts(DEPLOYMENTS[name])
    template = rendered(name)["Deployment"]["spec"]["template"]
    (container,) = template["spec"]["containers"]
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
    claims = [volume["persistentVolumeClaim"]["claimName"] for volume in volumes if "persistentVolumeClaim" in volume]
    (container,) = objects["Deployment"]["spec"]["template"]["spec"]["containers"]
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
    service, (container,) = objects["Service"], objects["Deployment"]["spec"]["template"]["spec"]["containers"]
    is_headless = service["spec"].get("clusterIP") == "None"
    port = container["ports"][0]["containerPort"] if is_headless else service["spec"]["ports"][0]["port"]
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
    assert (facts.endpoints.service_address, facts.endpoints.is_headless) == (f"{host}:{port}", is_headless)
    ingress = objects.get("Ingress", {"spec": {"rules": []}})
    hosts = [rule["host"] for rule in ingress["spec"]["rules"]]
    assert facts.endpoints.accepts_any_host == (hosts == [""])
    assert set(facts.endpoints.ingress_hosts) <= set(hosts)
    secrets = {host: tls["secretName"] for tls in ingress["spec"].get("tls", ()) for host in tls.get("hosts", ())}
    assert facts.endpoints.certificate_secret == secrets.get(facts.deployment.values.ingress.hostname, "")
