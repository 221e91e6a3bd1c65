"""What runs, and how it is replaced: the Deployment for values that matter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.helm import Chart

RECREATE = {"type": "Recreate"}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}


@pytest.mark.parametrize(
    ("values", "strategy"),
    [
        pytest.param({}, RECREATE, id="the default volume"),
        pytest.param({"persistence": {"accessModes": ["ReadWriteOncePod"]}}, RECREATE, id="a volume of one Pod"),
        pytest.param({"persistence": {"enabled": False}}, RECREATE, id="an emptyDir"),
        pytest.param({"configuration": {"storage": {"inmemory": {}}}}, RECREATE, id="images in memory"),
        pytest.param({"persistence": {"accessModes": ["ReadWriteMany"]}}, ROLLING, id="a volume of many nodes"),
        pytest.param({"configuration": {"storage": {"gcs": {"bucket": "b"}}}}, ROLLING, id="an object store"),
        pytest.param({"updateStrategy": {"type": "RollingUpdate"}}, ROLLING, id="asked for"),
        pytest.param(
            {"persistence": {"accessModes": ["ReadWriteMany"]}, "updateStrategy": {"type": "Recreate"}},
            RECREATE,
            id="asked against",
        ),
        pytest.param(
            {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}}},
            ROLLING | {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
            id="asked for with a number",
        ),
        pytest.param(
            {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "50%", "maxUnavailable": 1}}},
            ROLLING | {"rollingUpdate": {"maxSurge": "50%", "maxUnavailable": 1}},
            id="asked for with two numbers",
        ),
    ],
)
def test_pods_are_recreated_where_two_of_them_cannot_hold_the_images(
    chart: Chart, values: dict[str, Any], strategy: dict[str, Any]
) -> None:
    assert chart.render(**values)["Deployment"]["spec"]["strategy"] == strategy


def test_the_registry_gets_the_path_of_our_config_whatever_the_image_has(chart: Chart) -> None:
    container = chart.render().container
    assert "command" not in container
    assert container["args"] == ["/etc/distribution/config.yml"]
    assert {"name": "config", "mountPath": "/etc/distribution", "readOnly": True} in container["volumeMounts"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"args": ["serve", "/etc/distribution/config.yml"]}, {"args": ["serve", "/etc/distribution/config.yml"]}),
        ({"command": ["/bin/sh", "-c", "exit"]}, {"command": ["/bin/sh", "-c", "exit"]}),
        ({"command": ["/bin/registry"], "args": ["--version"]}, {"command": ["/bin/registry"], "args": ["--version"]}),
    ],
)
def test_a_command_of_the_user_gets_no_argument_of_ours(
    chart: Chart, values: dict[str, Any], expected: dict[str, Any]
) -> None:
    container = chart.render(**values).container
    assert {key: container[key] for key in ("command", "args") if key in container} == expected


@pytest.mark.parametrize("key", ["initContainers", "sidecars"])
def test_a_container_has_the_security_of_the_registry_unless_it_has_its_own(chart: Chart, key: str) -> None:
    own: dict[str, dict[str, Any]] = {
        "inherits": {},
        "inherits-too": {"securityContext": None},
        "has-none": {"securityContext": {}},
        "has-its-own": {"securityContext": {"runAsUser": 0}},
    }
    pod = chart.render(**{key: [{"name": name, "image": "busybox", **more} for name, more in own.items()]}).pod
    found = {each["name"]: each["securityContext"] for each in pod[key if key in pod else "containers"]}
    registry = pod["containers"][0]["securityContext"]
    assert {name: found[name] for name in own} == {
        "inherits": registry,
        "inherits-too": registry,
        "has-none": {},
        "has-its-own": {"runAsUser": 0},
    }


def test_a_container_has_no_security_of_the_registry_that_is_off(chart: Chart) -> None:
    values = {"containerSecurityContext": {"enabled": False}, "sidecars": [{"name": "a", "image": "busybox"}]}
    assert chart.render(**values).pod["containers"][1] == {"name": "a", "image": "busybox"}


def test_on_the_network_of_the_node_names_of_the_cluster_resolve(chart: Chart) -> None:
    assert "dnsPolicy" not in chart.render().pod
    assert chart.render(hostNetwork=True).pod["dnsPolicy"] == "ClusterFirstWithHostNet"
    assert chart.render(hostNetwork=True, dnsPolicy="Default").pod["dnsPolicy"] == "Default"


def test_objects_of_the_user_are_rendered_as_they_are(chart: Chart) -> None:
    theirs = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "images", "labels": {"a": "{{ .Release.Name }}"}},
        "value": 1000,
    }
    assert chart.render(extraDeploy=[theirs]).find("PriorityClass", "images") == [theirs]


def test_only_the_data_can_be_written(chart: Chart) -> None:
    container = chart.render(auth={"htpasswd": {"enabled": True, "existingSecret": "users"}}).container
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    writable = [mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
    assert writable == ["/var/lib/registry"]


def test_the_volume_is_mounted_where_the_configuration_puts_the_images(chart: Chart) -> None:
    rendered = chart.render(configuration={"storage": {"filesystem": {"rootdirectory": "/images"}}})
    assert {"name": "data", "mountPath": "/images"} in rendered.container["volumeMounts"]


def test_directory_of_the_volume_with_the_images_is_mounted(chart: Chart) -> None:
    rendered = chart.render(persistence={"subPath": "registry/images"})
    mount = {"name": "data", "mountPath": "/var/lib/registry", "subPath": "registry/images"}
    assert mount in rendered.container["volumeMounts"]


def test_the_port_is_the_one_that_the_configuration_opens(chart: Chart) -> None:
    rendered = chart.render(configuration={"http": {"addr": "0.0.0.0:8080"}})
    assert rendered.container["ports"] == [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]
    assert rendered["Service"]["spec"]["ports"][0]["targetPort"] == "http"


def test_an_object_store_needs_no_volume(chart: Chart) -> None:
    rendered = chart.render(configuration={"storage": {"s3": {"bucket": "b", "region": "r"}}})
    assert rendered.find("PersistentVolumeClaim") == []
    assert [volume["name"] for volume in rendered.pod["volumes"]] == ["config"]


REPLICATED: dict[str, Any] = {
    "replicaCount": 3,
    "http": {"existingSecret": "registry-http"},
    "storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-central-1"}},
}


def test_several_pods_are_spread_over_nodes_unless_the_user_says_where(chart: Chart) -> None:
    (constraint,) = chart.render(**REPLICATED).pod["topologySpreadConstraints"]
    assert (constraint["topologyKey"], constraint["whenUnsatisfiable"]) == ("kubernetes.io/hostname", "ScheduleAnyway")
    near = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}}
    assert "topologySpreadConstraints" not in chart.render(**REPLICATED, affinity=near).pod
    assert "topologySpreadConstraints" not in chart.render().pod


def test_a_pod_that_another_one_replaces_serves_until_the_service_has_noticed(chart: Chart) -> None:
    hook = chart.render(**REPLICATED).container["lifecycle"]["preStop"]
    assert hook == {"exec": {"command": ["sleep", "10"]}}
    assert "lifecycle" not in chart.render().container
    own = {"preStop": {"sleep": {"seconds": 5}}}
    assert chart.render(**REPLICATED, lifecycleHooks=own).container["lifecycle"] == own
    recreated = chart.render(**REPLICATED, updateStrategy={"type": "Recreate"})
    assert "lifecycle" not in recreated.container


def test_a_rollout_waits_until_the_registry_reports_a_wrong_key_of_its_bucket(chart: Chart) -> None:
    def seconds(**health: Any) -> int | None:
        configuration = {"health": {"storagedriver": health}} if health else {}
        spec = chart.render(**REPLICATED, configuration=configuration)["Deployment"]["spec"]
        return spec.get("minReadySeconds")  # type: ignore[no-any-return]

    assert seconds() == 35
    assert seconds(interval="1m30s", threshold=2) == 185
    assert seconds(interval="0s", threshold=0) == 15
    assert seconds(enabled=False) is None
    assert "minReadySeconds" not in chart.render()["Deployment"]["spec"]


def test_an_autoscaler_owns_the_number_of_pods(chart: Chart) -> None:
    scaling = {"enabled": True, "minReplicas": 2, "maxReplicas": 6, "targetMemoryUtilizationPercentage": 80}
    rendered = chart.render(**REPLICATED, autoscaling=scaling)
    assert "replicas" not in rendered["Deployment"]["spec"]
    spec = rendered["HorizontalPodAutoscaler"]["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "docker-registry"}
    targets = {metric["resource"]["name"]: metric["resource"]["target"] for metric in spec["metrics"]}
    assert targets["cpu"] == {"type": "Utilization", "averageUtilization": 75}
    assert targets["memory"] == {"type": "Utilization", "averageUtilization": 80}


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ({}, {"maxUnavailable": 1}),
        ({"maxUnavailable": 0}, {"maxUnavailable": 0}),
        ({"maxUnavailable": "50%"}, {"maxUnavailable": "50%"}),
        ({"minAvailable": 2}, {"minAvailable": 2}),
        ({"minAvailable": 0}, {"minAvailable": 0}),
    ],
)
def test_a_disruption_budget_has_one_limit(chart: Chart, budget: dict[str, Any], expected: dict[str, Any]) -> None:
    rendered = chart.render(pdb={"enabled": True, **budget})
    spec = rendered["PodDisruptionBudget"]["spec"]
    assert spec.pop("selector") == {"matchLabels": rendered["Deployment"]["spec"]["selector"]["matchLabels"]}
    assert spec == expected


def test_a_network_policy_lets_in_clients_and_the_test_and_out_to_dns(chart: Chart) -> None:
    ingress = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
    store = {"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 443}]}
    rendered = chart.render(networkPolicy={"enabled": True, "ingressFrom": [ingress], "egress": [store]})
    spec = rendered["NetworkPolicy"]["spec"]
    (rule,) = spec["ingress"]
    assert rule["ports"] == [{"port": "http", "protocol": "TCP"}]
    assert rule["from"][0] == ingress
    test_pod = rendered.find("Pod", "docker-registry-smoke")[0]
    assert rule["from"][1]["podSelector"]["matchLabels"].items() <= test_pod["metadata"]["labels"].items()
    assert spec["egress"][1:] == [store]
    assert {port["port"] for port in spec["egress"][0]["ports"]} == {53}


def test_a_network_policy_opens_the_metrics_and_the_ports_of_the_service(chart: Chart) -> None:
    monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    rendered = chart.render(
        networkPolicy={"enabled": True, "metricsFrom": [monitoring]},
        metrics={"enabled": True},
        service={"extraPorts": [{"name": "a", "port": 8443, "targetPort": "https"}, {"name": "b", "port": 9000}]},
    )
    clients, prometheus = rendered["NetworkPolicy"]["spec"]["ingress"]
    assert [port["port"] for port in clients["ports"]] == ["http", "https", 9000]
    assert prometheus == {"ports": [{"port": "metrics", "protocol": "TCP"}], "from": [monitoring]}
    names = {port["name"] for container in rendered.pod["containers"] for port in container["ports"]}
    assert {"http", "metrics"} <= names


def test_a_network_policy_without_rules_closes_all_ports_but_the_api(chart: Chart) -> None:
    spec = chart.render(networkPolicy={"enabled": True})["NetworkPolicy"]["spec"]
    assert spec["ingress"] == [{"ports": [{"port": "http", "protocol": "TCP"}]}]
    assert spec["policyTypes"] == ["Ingress"]


def test_credentials_of_a_bucket_and_of_redis_come_from_secrets(chart: Chart) -> None:
    bucket = {"bucket": "images", "regionEndpoint": "http://minio:9000", "existingSecret": "registry-s3"}
    redis = {"addrs": ["redis:26379"], "masterName": "main", "existingSecret": "registry-redis"}
    rendered = chart.render(storage={"type": "s3", "s3": bucket}, cache={"type": "redis", "redis": redis})
    keys = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]
        for variable in rendered.container["env"]
        if "valueFrom" in variable
    }
    assert keys == {
        "AWS_ACCESS_KEY_ID": {"name": "registry-s3", "key": "access-key"},
        "AWS_SECRET_ACCESS_KEY": {"name": "registry-s3", "key": "secret-key"},
        "REGISTRY_REDIS_PASSWORD": {"name": "registry-redis", "key": "redis-password"},
        "REGISTRY_REDIS_SENTINELPASSWORD": {"name": "registry-redis", "key": "sentinel-password", "optional": True},
    }
    assert rendered.find("PersistentVolumeClaim") == []


def test_null_removes_a_default_and_leaves_no_empty_map_behind(chart: Chart) -> None:
    rendered = chart.render(
        resources={"limits": {"cpu": None, "memory": None}},
        podSecurityContext={"fsGroup": None, "seccompProfile": {"type": None}},
        containerSecurityContext={"runAsUser": None, "capabilities": {"drop": None}},
    )
    assert rendered.container["resources"] == {"requests": {"cpu": "100m", "memory": "128Mi"}}
    assert rendered.pod["securityContext"] == {"fsGroupChangePolicy": "OnRootMismatch", "runAsNonRoot": True}
    assert "runAsUser" not in rendered.container["securityContext"]
    assert "capabilities" not in rendered.container["securityContext"]


@pytest.mark.parametrize("key", ["resources", "livenessProbe", "containerSecurityContext"])
def test_null_removes_a_whole_section(chart: Chart, key: str) -> None:
    field = {"containerSecurityContext": "securityContext"}.get(key, key)
    assert field in chart.render().container
    assert field not in chart.render(**{key: None}).container


def test_a_variable_of_the_user_replaces_the_charts_own(chart: Chart) -> None:
    theirs = {"name": "OTEL_TRACES_EXPORTER", "value": "otlp"}
    assert chart.render().container["env"] == [{"name": "OTEL_TRACES_EXPORTER", "value": "none"}]
    assert chart.render(extraEnvVars=[theirs]).container["env"] == [theirs]


def test_a_changed_configuration_restarts_the_pods(chart: Chart) -> None:
    assert pod_annotations(chart) != pod_annotations(chart, deletion={"enabled": True})


def test_a_changed_inline_password_restarts_the_pods_and_a_fresh_salt_does_not(chart: Chart) -> None:
    def login(password: str) -> dict[str, Any]:
        return {"htpasswd": {"enabled": True, "username": "admin", "password": password}}

    assert pod_annotations(chart, auth=login("one")) == pod_annotations(chart, auth=login("one"))
    assert pod_annotations(chart, auth=login("one")) != pod_annotations(chart, auth=login("two"))


def test_a_new_chart_version_or_common_annotation_restarts_nothing(chart: Chart) -> None:
    template = chart.render(commonAnnotations={"commit": "0123abc"})["Deployment"]["spec"]["template"]
    assert set(template["metadata"]["annotations"]) == {"checksum/config"}
    assert set(template["metadata"]["labels"]) == {"app.kubernetes.io/name", "app.kubernetes.io/instance"}


def test_users_can_set_no_label_that_the_service_selects_by(chart: Chart) -> None:
    rendered = chart.render(podLabels={"app.kubernetes.io/name": "other", "tier": "backend"})
    labels = rendered["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert labels["tier"] == "backend"
    assert rendered["Service"]["spec"]["selector"].items() <= labels.items()


def test_the_documented_commands_name_what_there_is(chart: Chart) -> None:
    # kubectl port-forward -n docker-registry svc/docker-registry 5000:5000
    # kubectl logs -n docker-registry -l app.kubernetes.io/name=docker-registry
    rendered = chart.render()
    assert rendered["Service"]["metadata"]["namespace"] == "docker-registry"
    assert rendered["Service"]["spec"]["ports"][0]["port"] == 5000
    template = rendered["Deployment"]["spec"]["template"]
    assert template["metadata"]["labels"]["app.kubernetes.io/name"] == "docker-registry"


def pod_annotations(chart: Chart, **values: Any) -> dict[str, str]:
    return dict(chart.render(**values)["Deployment"]["spec"]["template"]["metadata"]["annotations"])
