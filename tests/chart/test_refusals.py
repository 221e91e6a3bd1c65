"""Values that cannot work are refused by Helm itself, with the reason and the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.values import RegistryValues
from tests.support.helm import Chart

LOGIN: dict[str, Any] = {"enabled": True, "username": "admin", "password": "secret"}
SHARED: dict[str, Any] = {"existingSecret": "registry-http"}
S3 = {"storage": {"s3": {"region": "eu-central-1", "bucket": "registry"}}}

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "two replicas on a volume of one node": (
        {"replicaCount": 2, "http": SHARED},
        "replicaCount is 2, but a ReadWriteOnce volume can be written from one node only",
        "set replicaCount: 1, or persistence.accessModes: [ReadWriteMany]",
    ),
    "two replicas on a volume of one Pod": (
        {"replicaCount": 2, "http": SHARED, "persistence": {"accessModes": ["ReadWriteOncePod"]}},
        "replicaCount is 2, but a ReadWriteOncePod volume can be written from one node only",
        "set replicaCount: 1",
    ),
    "two replicas without persistence, whatever the access mode": (
        {"replicaCount": 2, "http": SHARED, "persistence": {"enabled": False, "accessModes": ["ReadWriteMany"]}},
        "replicaCount is 2, but without persistence each Pod has images of its own",
        "set replicaCount: 1",
    ),
    "two replicas with images in memory": (
        {"replicaCount": 2, "http": SHARED, "configuration": {"storage": {"inmemory": {}}}},
        "replicaCount is 2, but the driver keeps its images in the memory of one Pod",
        "an object storage driver (s3, gcs, azure) in configuration.storage",
    ),
    "two replicas that share no secret": (
        {"replicaCount": 2, "configuration": S3},
        "replicaCount is 2, but the Pods share no http.secret",
        "create a Secret with the key http-secret and name it in http.existingSecret",
    ),
    "a login without credentials": (
        {"auth": {"htpasswd": {"enabled": True}}},
        "auth.htpasswd is enabled without credentials",
        "name a Secret in auth.htpasswd.existingSecret, or set username and password",
    ),
    "a login without a password": (
        {"auth": {"htpasswd": {"enabled": True, "username": "admin"}}},
        "auth.htpasswd is enabled without credentials",
        "set username and password",
    ),
    "a login without a user name": (
        {"auth": {"htpasswd": {"enabled": True, "password": "secret"}}},
        "auth.htpasswd is enabled without credentials",
        "set username and password",
    ),
    "a password beside a Secret": (
        {"auth": {"htpasswd": LOGIN | {"existingSecret": "registry-users"}}},
        "auth.htpasswd has both existingSecret and password",
        "remove one",
    ),
    "a password that bcrypt cannot take": (
        {"auth": {"htpasswd": LOGIN | {"password": 36 * "ä" + "x"}}},
        "auth.htpasswd.password has more than 72 bytes",
        "choose a shorter one",
    ),
    "two ways to log in": (
        {"auth": {"htpasswd": LOGIN}, "configuration": {"auth": {"token": {"realm": "https://login.example.com"}}}},
        "config.yml would have several ways to log in (htpasswd, token)",
        "set auth.htpasswd.enabled: false, or take the other one out of configuration.auth",
    ),
    "two storage drivers": (
        {"configuration": {"storage": {"filesystem": {"maxthreads": 50}, **S3["storage"]}}},
        "configuration.storage names several drivers (filesystem, s3)",
        "keep one",
    ),
    "a prefix that relative URLs would lack": (
        {"configuration": {"http": {"prefix": "/images/"}}},
        "configuration.http.prefix is set with relative URLs",
        "set http.relativeUrls: false",
    ),
    "a drain that outlives the Pod": (
        {"http": {"drainTimeout": "1m30s"}},
        "http.drainTimeout is 1m30s, but the Pod is killed after 90s",
        "set terminationGracePeriodSeconds to more than 90",
    ),
    "a drain that only config.yml has": (
        {"configuration": {"http": {"draintimeout": "0.5h"}}},
        "http.drainTimeout is 0.5h, but the Pod is killed after 90s",
        "set terminationGracePeriodSeconds to more than 1800",
    ),
    "TLS without a host": (
        {"ingress": {"enabled": True, "tls": True}},
        "ingress.tls is on, but there is no host to have a certificate for",
        "set ingress.hostname, or list hosts and Secrets in ingress.extraTls",
    ),
    "a rolling update of Pods that are recreated": (
        {"updateStrategy": {"rollingUpdate": {"maxSurge": 1}}},
        "updateStrategy.rollingUpdate is set, but the Pods are recreated",
        "set updateStrategy.type: RollingUpdate",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_values_that_cannot_work_are_refused_with_reason_and_remedy(chart: Chart, case: str) -> None:
    values, reason, remedy = REFUSED[case]
    message = chart.refusal(**values)
    assert reason in message
    assert remedy in message
    assert message.count("\n- ") == 1, "one mistake must give one reason"


def test_a_user_name_that_ends_early_in_the_file_is_refused_by_the_schema(chart: Chart) -> None:
    assert "/auth/htpasswd/username" in chart.refusal(auth={"htpasswd": LOGIN | {"username": "ad:min"}})


def test_all_reasons_are_given_at_once(chart: Chart) -> None:
    message = chart.refusal(
        replicaCount=2, auth={"htpasswd": {"enabled": True}}, ingress={"enabled": True, "tls": True}
    )
    assert message.count("\n- ") == 4


WORKING: dict[str, dict[str, Any]] = {
    "replicas on an object store": {"replicaCount": 3, "http": SHARED, "configuration": S3},
    "replicas on a volume of many nodes": {
        "replicaCount": 2,
        "http": SHARED,
        "persistence": {"accessModes": ["ReadWriteOnce", "ReadWriteMany"]},
    },
    "no replica": {"replicaCount": 0},
    "a password of 72 bytes": {"auth": {"htpasswd": LOGIN | {"password": 36 * "ä"}}},
    "no login": {"auth": {"htpasswd": {"existingSecret": "registry-users"}}},
    "a prefix of nothing": {"configuration": {"http": {"prefix": "/"}}},
    "a drain that ends in time": {"http": {"drainTimeout": "1m29s500ms"}},
    "a long drain": {"http": {"drainTimeout": "2h"}, "terminationGracePeriodSeconds": 7201},
    "TLS for extra hosts alone": {
        "ingress": {"enabled": True, "tls": True, "extraTls": [{"hosts": ["a.example"], "secretName": "a"}]}
    },
    "TLS without an Ingress": {"ingress": {"tls": True}},
    "a rolling update": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}},
}


@pytest.mark.parametrize("case", WORKING)
def test_their_working_neighbours_are_rendered(chart: Chart, case: str) -> None:
    assert chart.render(**WORKING[case])["Deployment"]


def test_our_models_refuse_and_accept_the_same() -> None:
    cases = {case: values for case, (values, _, _) in REFUSED.items()} | WORKING
    assert {case for case in cases if accepted(cases[case])} == WORKING.keys()


def accepted(values: dict[str, Any]) -> bool:
    try:
        RegistryValues.model_validate(values)
    except ValidationError:
        return False
    return True
