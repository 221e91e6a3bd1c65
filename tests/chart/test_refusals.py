"""Helm and the models refuse the same values, in the same words: each with the reason and the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.values import CONFLICTS, RegistryValues
from tests.support.helm import Chart

LOGIN: dict[str, Any] = {"enabled": True, "username": "admin", "password": "secret"}
SHARED: dict[str, Any] = {"existingSecret": "registry-http"}
TOKEN = {
    "token": {"realm": "https://login.example.com", "service": "a", "issuer": "b", "rootcertbundle": "/certs/ca.pem"}
}
KEYS = [{"path": "/certs/ca.pem", "secretName": "token-keys", "key": "ca.pem"}]
TOKENS: dict[str, Any] = {
    "enabled": True,
    "realm": "https://login.example.com/token",
    "service": "registry",
    "issuer": "login.example.com",
    "existingSecret": "token-keys",
    "jwksKey": "jwks.json",
}
UPSTREAM = {"enabled": True, "remoteUrl": "https://registry-1.docker.io"}
S3 = {"storage": {"s3": {"region": "eu-central-1", "bucket": "registry"}}}
UPLOAD_SECRET = {"name": "REGISTRY_HTTP_SECRET", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}
UPLOAD_SECRETS: dict[str, dict[str, Any]] = {
    "a variable from a Secret": {"extraEnvVars": [UPLOAD_SECRET]},
    "a variable": {"extraEnvVars": [{"name": "REGISTRY_HTTP_SECRET", "value": "a"}]},
    "config.yml": {"configuration": S3 | {"http": {"secret": "a"}}},
}
READ_ONLY: dict[str, dict[str, Any]] = {
    "of the chart": {"persistence": {"accessModes": ["ReadOnlyMany"]}},
    "of the user": {"persistence": {"accessModes": ["ReadOnlyMany"], "existingClaim": "images"}},
    "of a cache": {"persistence": {"accessModes": ["ReadOnlyMany"]}, "proxy": UPSTREAM},
}

TWICE = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
EXTRA_PORT = {"name": "metrics", "port": 9090}
OTHER_HOST = {"name": "b.example.com"}
GATEWAY = {"name": "public", "namespace": "gateways"}
VOLUME = {"name": "a", "emptyDir": {}}
CONTAINER = {"name": "a", "image": "busybox"}
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


def listening(*ports: int, name: str = "a", **more: Any) -> dict[str, Any]:
    return {**CONTAINER, "name": name, "ports": [{"containerPort": port, **more} for port in ports]}


COLLECTION = {"enabled": True}
OWN_VOLUME = (
    ", or, to keep the images on a volume of your own, such as NFS, create a PersistentVolumeClaim of it, and set "
    "persistence.enabled to true and persistence.existingClaim to its name"
)

STORE = "set configuration.storage to an object store (s3, gcs, azure)"
STORE = "set storage.type to an object store (s3, gcs, azure)"
CREDENTIALS = (
    "auth.htpasswd.existingSecret: htpasswd is enabled without credentials: set existingSecret to the name of a Secret "
    "that `registry-gitops htpasswd` created, or set both username and password"
)
UPLOADS = (
    "replicaCount: 2 replicas need a shared upload secret, or a push that reaches another Pod fails: create a Secret "
    "with `registry-gitops secret http`, and set http.existingSecret to its name"
)

RECREATED: tuple[dict[str, Any], ...] = (
    {},
    {"persistence": {"enabled": False}},
    {"configuration": {"storage": {"inmemory": {}}}},
)

AZURE: dict[str, Any] = {"accountName": "images", "container": "images"}
REDIS: dict[str, Any] = {"type": "redis", "redis": {"addrs": ["redis:6379"]}}
SCALED: dict[str, Any] = {"enabled": True, "maxReplicas": 3}
IN_BUCKET: dict[str, Any] = {"type": "s3", "s3": {"bucket": "images", "region": "eu-central-1"}}
SKIPPED = "3 replicas with a cache in memory each do not see what another one deletes, and skip layers that are gone: "

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    **{
        f"a repository with the host {host}, registry {registry}": (
            {"image": {**registry, "repository": f"{host}/x/y"}},
            f"image.repository: the image would be pulled as {registry.get('registry', 'docker.io')}/{host}/x/y: set "
            f"image.registry to {host} and image.repository to x/y",
        )
        for host, registry in (
            ("ghcr.io", {}),
            ("ghcr.io", {"registry": "ghcr.io"}),
            ("localhost", {}),
            ("my-registry.example.com", {"registry": "docker.io"}),
        )
    },
    **{
        f"registry v2 by its tag {tag} of {repository}": (
            {"image": {"repository": repository, "tag": tag}},
            f"image.tag: {tag} is older than registry v3, and reads another file than the chart's config.yml: it would "
            "run with its own settings, and without login: set image.tag to 3.1.1",
        )
        for repository, tag in (
            ("library/registry", "2.8.3"),
            ("registry", "2"),
            ("distribution/distribution", "v2.8"),
            ("mirror/library/registry", "2-alpine"),
        )
    },
    "two replicas on a volume of one node": (
        {"replicaCount": 2, "http": SHARED},
        "replicaCount: 2 replicas cannot share a ReadWriteOnce volume: set replicaCount to 1, set "
        f"persistence.accessModes to [ReadWriteMany] with a storage class that supports it, or {STORE}",
    ),
    "two replicas on a volume of one Pod": (
        {"replicaCount": 2, "http": SHARED, "persistence": {"accessModes": ["ReadWriteOncePod"]}},
        "replicaCount: 2 replicas cannot share a ReadWriteOncePod volume: set replicaCount to 1, set "
        f"persistence.accessModes to [ReadWriteMany] with a storage class that supports it, or {STORE}",
    ),
    "two replicas on a volume that others may only read": (
        {"replicaCount": 2, "http": SHARED, "persistence": {"accessModes": ["ReadWriteOnce", "ReadOnlyMany"]}},
        "replicaCount: 2 replicas cannot share a ReadWriteOnce/ReadOnlyMany volume: set replicaCount to 1, set "
        f"persistence.accessModes to [ReadWriteMany] with a storage class that supports it, or {STORE}",
    ),
    "two replicas on a claim of the user's": (
        {"replicaCount": 2, "http": SHARED, "persistence": {"existingClaim": "images"}},
        "replicaCount: 2 replicas cannot share the claim images, which is ReadWriteOnce by persistence.accessModes: "
        "set replicaCount to 1, use a ReadWriteMany claim and set persistence.accessModes to [ReadWriteMany], or "
        f"{STORE}",
    ),
    "two replicas without persistence, whatever the access mode": (
        {
            "replicaCount": 2,
            "http": SHARED,
            "persistence": {"enabled": False, "accessModes": ["ReadWriteMany"], "existingClaim": "images"},
        },
        "replicaCount: 2 replicas without persistence each have their own images: set replicaCount to 1, set "
        f"persistence.enabled to true and persistence.accessModes to [ReadWriteMany], or {STORE}",
    ),
    "two replicas with a driver of files, without persistence": (
        {
            "replicaCount": 2,
            "http": SHARED,
            "persistence": {"enabled": False},
            "configuration": {"storage": {"filesystem": {"maxthreads": 50}}},
        },
        "replicaCount: 2 replicas without persistence each have their own images: set replicaCount to 1, set "
        f"persistence.enabled to true and persistence.accessModes to [ReadWriteMany], or {STORE}",
    ),
    **{
        f"three replicas with images in memory, persistence {persistence}": (
            {
                "replicaCount": 3,
                "http": SHARED,
                "persistence": persistence,
                "configuration": {"storage": {"inmemory": {}}},
            },
            "replicaCount: 3 replicas with the inmemory driver each have their own images: set replicaCount to 1, or "
            f"{STORE}",
        )
        for persistence in (
            {},
            {"enabled": False},
            {"existingClaim": "images"},
            {"accessModes": ["ReadWriteMany"]},
        )
    },
    **{
        f"a volume that cannot be written, {name}": (
            values,
            "persistence.accessModes: the registry cannot write to a ReadOnlyMany volume: set it to [ReadWriteOnce], "
            "or to [ReadWriteMany] for several nodes",
        )
        for name, values in READ_ONLY.items()
    },
    "two replicas that share no secret": ({"replicaCount": 2, "configuration": S3}, UPLOADS),
    "two replicas with a secret of each Pod": (
        {
            "replicaCount": 2,
            "configuration": S3,
            "extraEnvVars": [
                {"name": "REGISTRY_HTTP_SECRET", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}},
            ],
        },
        UPLOADS,
    ),
    "an autoscaler on a volume of one node": (
        {"autoscaling": SCALED, "http": SHARED},
        "autoscaling.maxReplicas: 3 replicas cannot share a ReadWriteOnce volume: set autoscaling.enabled to false, "
        f"set persistence.accessModes to [ReadWriteMany] with a storage class that supports it, or {STORE}",
    ),
    "an autoscaler without a common secret": (
        {"autoscaling": SCALED, "storage": IN_BUCKET},
        "autoscaling.maxReplicas: 3 replicas need a shared upload secret, or a push that reaches another Pod fails: "
        "create a Secret with `registry-gitops secret http`, and set http.existingSecret to its name",
    ),
    "a cache in the memory of each replica": (
        {"replicaCount": 3, "http": SHARED, "storage": IN_BUCKET, "cache": {"type": "inmemory"}},
        f"cache.type: {SKIPPED}set cache.type to redis or off, or replicaCount to 1",
    ),
    "a cache in the memory of each replica of an autoscaler": (
        {"autoscaling": SCALED, "http": SHARED, "storage": IN_BUCKET, "cache": {"type": "inmemory"}},
        f"cache.type: {SKIPPED}set cache.type to redis or off, or autoscaling.enabled to false",
    ),
    "a cache in the memory of each replica by config.yml": (
        {
            "replicaCount": 3,
            "http": SHARED,
            "storage": IN_BUCKET,
            "cache": REDIS,
            "configuration": {"storage": {"cache": {"blobdescriptor": "inmemory"}}},
        },
        f"configuration.storage.cache.blobdescriptor: {SKIPPED}set configuration.storage.cache.blobdescriptor to redis "
        'or "", or replicaCount to 1',
    ),
    "redis without an address": (
        {"cache": {"type": "redis"}},
        "cache.redis.addrs: the cache is redis, and the registry exits without its address: set cache.redis.addrs to "
        "[HOST:6379]",
    ),
    "redis without an address in config.yml": (
        {"configuration": {"storage": {"cache": {"blobdescriptor": "redis"}}}},
        "configuration.redis.addrs: the cache is redis, and the registry exits without its address: set "
        "configuration.redis.addrs to [HOST:6379]",
    ),
    "redis of config.yml with the address of a cache that is not used": (
        {
            "cache": {"type": "inmemory", "redis": {"addrs": ["redis:6379"]}},
            "configuration": {"storage": {"cache": {"blobdescriptor": "redis"}}},
        },
        "configuration.redis.addrs: the cache is redis, and the registry exits without its address: set "
        "configuration.redis.addrs to [HOST:6379]",
    ),
    "redis whose address config.yml removes": (
        {"cache": REDIS, "configuration": {"redis": {"addrs": []}}},
        "cache.redis.addrs: the cache is redis, and the registry exits without its address: set cache.redis.addrs to "
        "[HOST:6379]",
    ),
    **{
        f"settings of {section} for another driver, {kind}": (
            {"storage": {**storage, section: {name: "images"}}},
            f"storage.{section}: storage.{section} has no effect, because storage.type is {kind}: set storage.type to "
            f"{section}, or remove it",
        )
        for section, name, kind, storage in (
            ("s3", "bucket", "filesystem", {}),
            ("azure", "container", "filesystem", {}),
            ("gcs", "bucket", "s3", IN_BUCKET),
        )
    },
    **{
        f"{section} without {field}": (
            {"storage": {"type": section, section: given}},
            f"storage.{section}.{field}: the driver {section} exits without it: set it to one that exists",
        )
        for section, field, given in (
            ("s3", "bucket", {"region": "eu-central-1"}),
            ("gcs", "bucket", {}),
            ("azure", "accountName", {"container": "images"}),
            ("azure", "container", {"accountName": "images"}),
        )
    },
    "s3 without a region": (
        {"storage": {"type": "s3", "s3": {"bucket": "images"}}},
        "storage.s3.region: the driver s3 exits without a region: set it to the AWS region of the bucket, or set "
        "storage.s3.regionEndpoint for a service other than AWS",
    ),
    **{
        f"azure without the Secret of {kind}": (
            {
                "storage": {
                    "type": "azure",
                    "azure": AZURE | {"credentialsType": kind, "tenantId": "t", "clientId": "c"},
                }
            },
            f"storage.azure.existingSecret: storage.azure.credentialsType is {kind}, which needs a Secret with the key "
            f"{key}: create one with `registry-gitops secret azure --key {key}`, and set existingSecret to its name",
        )
        for kind, key in (("shared_key", "account-key"), ("client_secret", "client-secret"))
    },
    "azure with a Secret that nothing reads": (
        {"storage": {"type": "azure", "azure": AZURE | {"existingSecret": "azure"}}},
        "storage.azure.existingSecret: storage.azure.credentialsType is default_credentials, which uses no Secret: set "
        "it to shared_key or client_secret, or remove existingSecret",
    ),
    **{
        f"an application of azure without {missing}": (
            {
                "storage": {
                    "type": "azure",
                    "azure": {**AZURE, "credentialsType": "client_secret", "existingSecret": "azure", given: "x"},
                }
            },
            f"storage.azure.{missing}: storage.azure.credentialsType is client_secret, which needs it: set it",
        )
        for given, missing in (("tenantId", "clientId"), ("clientId", "tenantId"))
    },
    **{
        f"two storage drivers, {other} by config.yml": (
            {"storage": IN_BUCKET, "configuration": {"storage": {other: {}}}},
            f"configuration.storage: several storage drivers are set ({', '.join(sorted([other, 's3']))}), and the "
            "registry exits with more than one: keep one",
        )
        for other in ("gcs", "inmemory", "filesystem")
    },
    "an autoscaler with a wrong range": (
        {
            "autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 3},
            "http": SHARED,
            "storage": IN_BUCKET,
        },
        "autoscaling.minReplicas: 5 is more than autoscaling.maxReplicas, which is 3: lower it",
    ),
    "an autoscaler that measures nothing": (
        {
            "autoscaling": SCALED | {"targetCPUUtilizationPercentage": None},
            "http": SHARED,
            "storage": IN_BUCKET,
        },
        "autoscaling.targetCPUUtilizationPercentage: the autoscaler has nothing to measure: set it, or "
        "targetMemoryUtilizationPercentage",
    ),
    **{
        f"an autoscaler without a request of {resource}": (
            {
                "autoscaling": SCALED | {"targetMemoryUtilizationPercentage": 80},
                "http": SHARED,
                "storage": IN_BUCKET,
                "resources": {"requests": {resource: None}, "limits": {resource: None}},
            },
            f"resources.requests.{resource}: the autoscaler measures {resource} in percent of this request, and there "
            f"is none: set it, or set autoscaling.{target} to null",
        )
        for resource, target in (
            ("cpu", "targetCPUUtilizationPercentage"),
            ("memory", "targetMemoryUtilizationPercentage"),
        )
    },
    "two kinds of budget": (
        {"pdb": {"enabled": True, "minAvailable": 1, "maxUnavailable": 0}},
        "pdb.maxUnavailable: minAvailable and maxUnavailable cannot be combined: remove one of them",
    ),
    "a drain that outlives the Pod after a pause of the user": (
        {"http": {"drainTimeout": "60s"}, "lifecycleHooks": {"preStop": {"sleep": {"seconds": 30}}}},
        "terminationGracePeriodSeconds: the Pod is killed after 90 seconds, but http.drainTimeout lets it drain for "
        "60s after 30 seconds of its preStop hook: set terminationGracePeriodSeconds to at least 91",
    ),
    "a drain that outlives the Pod after its preStop hook": (
        {"http": {"drainTimeout": "80s"}, "storage": IN_BUCKET},
        "terminationGracePeriodSeconds: the Pod is killed after 90 seconds, but http.drainTimeout lets it drain for "
        "80s after 10 seconds of its preStop hook: set terminationGracePeriodSeconds to at least 91",
    ),
    "a login without credentials": ({"auth": {"htpasswd": {"enabled": True}}}, CREDENTIALS),
    "a login without a password": ({"auth": {"htpasswd": {"enabled": True, "username": "admin"}}}, CREDENTIALS),
    "a login without a user name": ({"auth": {"htpasswd": {"enabled": True, "password": "secret"}}}, CREDENTIALS),
    "a password beside a Secret": (
        {"auth": {"htpasswd": LOGIN | {"existingSecret": "registry-users"}}},
        "auth.htpasswd.password: existingSecret and password cannot be combined: remove password",
    ),
    "a password that bcrypt cannot take, of letters of one byte": (
        {"auth": {"htpasswd": LOGIN | {"password": 73 * "x"}}},
        "auth.htpasswd.password: the password is longer than the 72 bytes that bcrypt reads: choose a shorter one",
    ),
    "a password that bcrypt cannot take": (
        {"auth": {"htpasswd": LOGIN | {"password": 36 * "ä" + "x"}}},
        "auth.htpasswd.password: the password is longer than the 72 bytes that bcrypt reads: choose a shorter one",
    ),
    "two ways to log in": (
        {"auth": {"htpasswd": LOGIN}, "configuration": {"auth": TOKEN}, "extraFiles": KEYS},
        "auth.htpasswd.enabled: auth.htpasswd and configuration.auth.token are both set, and the registry exits with "
        "two providers: remove one",
    ),
    **{
        f"two ways to log in within config.yml, htpasswd {login}": (
            {
                "auth": {"htpasswd": login},
                "configuration": {"auth": TOKEN | {"htpasswd": {"realm": "Registry"}}},
                "extraFiles": KEYS,
            },
            "configuration.auth.token: both configuration.auth.htpasswd and configuration.auth.token are set, and the "
            "registry exits with two providers: remove one",
        )
        for login in ({}, LOGIN)
    },
    **{
        f"two storage drivers, {count} replicas": (
            {
                "replicaCount": count,
                "http": SHARED,
                "configuration": {"storage": {"inmemory": {}, "filesystem": {"maxthreads": 50}, **S3["storage"]}},
            },
            "configuration.storage: several storage drivers are set (filesystem, inmemory, s3), and the registry "
            "exits with more than one: keep one",
        )
        for count in (1, 2)
    },
    "a prefix that relative URLs would lack": (
        {"configuration": {"http": {"prefix": "/images/"}}},
        "http.relativeUrls: relative URLs leave out configuration.http.prefix, so every push fails: set "
        "http.relativeUrls to false",
    ),
    "a prefix that relative URLs of config.yml would lack": (
        {"http": {"relativeUrls": False}, "configuration": {"http": {"prefix": "/images/", "relativeurls": True}}},
        "configuration.http.relativeurls: relative URLs leave out configuration.http.prefix, so every push fails: set "
        "configuration.http.relativeurls to false",
    ),
    "a drain that outlives the Pod": (
        {"http": {"drainTimeout": "1m30s"}},
        "terminationGracePeriodSeconds: the Pod is killed after 90 seconds, but http.drainTimeout lets it drain for "
        "1m30s: set terminationGracePeriodSeconds to at least 91",
    ),
    "a long drain that outlives the Pod": (
        {"http": {"drainTimeout": "1000h100ms"}, "terminationGracePeriodSeconds": 1000000},
        "terminationGracePeriodSeconds: the Pod is killed after 1000000 seconds, but http.drainTimeout lets it drain "
        "for 1000h100ms: set terminationGracePeriodSeconds to at least 3600001",
    ),
    "a drain that only config.yml has": (
        {"configuration": {"http": {"draintimeout": "0.5h"}}},
        "terminationGracePeriodSeconds: the Pod is killed after 90 seconds, but configuration.http.draintimeout lets "
        "it drain for 0.5h: set terminationGracePeriodSeconds to at least 1801",
    ),
    "TLS without a host": (
        {"ingress": {"enabled": True, "tls": True}},
        "ingress.hostname: ingress.tls needs a host name: set ingress.hostname, or list hosts and Secrets in "
        "ingress.extraTls",
    ),
    **{
        f"a rolling update of Pods that are recreated, {states}": (
            {"updateStrategy": {"rollingUpdate": {"maxSurge": 1}}, **states},
            "updateStrategy.rollingUpdate: an old and a new Pod cannot share the images, so updateStrategy.type is "
            "Recreate by default, which has no rollingUpdate: remove it",
        )
        for states in RECREATED
    },
    **{
        f"{name} without metrics": (
            {"metrics": {name: {"enabled": True}}},
            f"metrics.{name}.enabled: there are no metrics: set metrics.enabled to true, or metrics.{name}.enabled to "
            "false",
        )
        for name in ("serviceMonitor", "podMonitor", "prometheusRule", "dashboard")
    },
    "metrics that are read twice": (
        {"metrics": {"enabled": True, "serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}}},
        "metrics.podMonitor.enabled: metrics.serviceMonitor is enabled too, and Prometheus would count everything "
        "twice: keep one of them",
    ),
    "metrics on the port of the registry": (
        {"metrics": {"enabled": True, "port": 8080}, "configuration": {"http": {"addr": "0.0.0.0:8080"}}},
        "metrics.port: the registry itself listens on port 8080 of the Pod: choose another port",
    ),
    **{
        f"metrics at {path}": (
            {"metrics": {"enabled": True, "path": path}},
            f"metrics.path: {path} is taken by the debug server: choose another path, such as /metrics",
        )
        for path in ("/debug", "/debug/vars")
    },
    "metrics and a variable of the debug server": (
        {"metrics": {"enabled": True}, "extraEnvVars": [{"name": "REGISTRY_HTTP_DEBUG_ADDR", "value": ":5001"}]},
        "extraEnvVars.0.name: REGISTRY_HTTP_DEBUG_ADDR sets the debug server, as metrics.enabled does: remove it, and "
        "use metrics.port and metrics.path",
    ),
    "metrics and another debug server": (
        {"metrics": {"enabled": True}, "configuration": {"http": {"debug": {"addr": ":5001"}}}},
        "configuration.http.debug: metrics.enabled sets the debug server, which listens inside the Pod only: remove "
        "configuration.http.debug, and use metrics.port and metrics.path",
    ),
    "garbage of a pull-through cache": (
        {"garbageCollection": COLLECTION, "configuration": {"proxy": {"remoteurl": "https://upstream.example.com"}}},
        "garbageCollection.enabled: a pull-through cache deletes expired images itself: set garbageCollection.enabled "
        "to false",
    ),
    "garbage in memory": (
        {"garbageCollection": COLLECTION, "configuration": {"storage": {"inmemory": {}}}},
        "garbageCollection.enabled: the inmemory driver keeps images in the memory of one process, which the collector "
        f"cannot see: set garbageCollection.enabled to false, use the chart's volume, or {STORE}",
    ),
    "garbage on a volume that two Pods hold during an update": (
        {"garbageCollection": COLLECTION, "updateStrategy": {"type": "RollingUpdate"}},
        "updateStrategy.type: with RollingUpdate an old Pod could still accept pushes to the volume while garbage is "
        "collected, and only a ReadWriteMany volume can be mounted by the Job that prevents this: set "
        "updateStrategy.type to Recreate",
    ),
    **{
        f"garbage behind {case}, {count} replicas": (
            {
                "garbageCollection": COLLECTION,
                "replicaCount": count,
                "http": SHARED,
                "updateStrategy": {"type": "Recreate"},
                "storage": IN_BUCKET,
                "cache": {"type": "redis", "redis": redis},
            },
            "cache.redis.addrs: garbage collection empties the cache, which it can do on a single Redis server, not on "
            f"a cluster or by sentinels: write one address and no name of a master, or set cache.type to {other}",
        )
        for case, redis in (
            ("a cluster of redis", {"addrs": ["a:6379", "b:6379"]}),
            ("one sentinel", {"addrs": ["a:26379"], "masterName": "main"}),
        )
        for count, other in ((1, "inmemory"), (2, "off"))
    },
    "garbage behind redis with TLS": (
        {
            "garbageCollection": COLLECTION,
            "cache": {"type": "redis", "redis": {"addrs": ["a:6379"], "tls": {"enabled": True}}},
        },
        "cache.redis.tls: garbage collection empties the cache, and has no client that can check the certificate of "
        "Redis: use Redis without TLS, or set cache.type to inmemory",
    ),
    "garbage behind redis of config.yml with TLS": (
        {
            "garbageCollection": COLLECTION,
            "configuration": {
                "storage": {"cache": {"blobdescriptor": "redis"}},
                "redis": {"addrs": ["a:6379"], "tls": {"rootcas": ["/etc/ssl/certs/ca-certificates.crt"]}},
            },
        },
        "configuration.redis.tls: garbage collection empties the cache, and has no client that can check the "
        "certificate of Redis: use Redis without TLS, or set configuration.storage.cache.blobdescriptor to inmemory",
    ),
    "garbage behind redis of a variable": (
        {
            "garbageCollection": COLLECTION,
            "cache": {"type": "redis", "redis": {"addrs": ["a:6379"]}},
            "extraEnvVars": [{"name": "REGISTRY_REDIS_DB", "value": "3"}],
        },
        "extraEnvVars.0.name: garbage collection empties the cache, and does not see REGISTRY_REDIS_DB: remove it, and "
        "use cache.redis or configuration.redis",
    ),
    **{
        f"garbage and {name}": (
            {"garbageCollection": COLLECTION, "extraEnvVars": [{"name": name, "value": value}]},
            f"extraEnvVars.0.name: {name} is set by garbage collection, which makes the registry read-only: "
            "remove it, and use the key configuration.storage",
        )
        for name, value in (
            ("REGISTRY_STORAGE_MAINTENANCE", "{uploadpurging: {enabled: false}}"),
            ("REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR", "inmemory"),
        )
    },
    **{
        f"garbage of a registry with its own {key}": (
            {"garbageCollection": COLLECTION, key: ["registry"]},
            f"{key}: garbage collection in the Pod runs the registry by a script of its own: remove {key}, or set "
            "garbageCollection.enabled to false",
        )
        for key in ("command", "args")
    },
    "a schedule of which a range ends before it begins": (
        {"garbageCollection": {"enabled": True, "schedule": "0 1-5,09-08 * * *"}},
        "garbageCollection.schedule: the range 09-08 ends before it begins: write the smaller number first, or two "
        "ranges",
    ),
    "a rolling update of Pods that are to be recreated": (
        {"updateStrategy": {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}},
        "updateStrategy.rollingUpdate: updateStrategy.type is Recreate, which has no rollingUpdate: remove it, or set "
        "type to RollingUpdate",
    ),
    **{
        f"a rollout that may neither add nor remove a Pod, {surge}, {unavailable}": (
            {
                "updateStrategy": {
                    "type": "RollingUpdate",
                    "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable},
                }
            },
            "updateStrategy.rollingUpdate.maxUnavailable: maxSurge and maxUnavailable are both 0, so Kubernetes could "
            "replace no Pod, and refuses that: set one of them to at least 1",
        )
        for surge, unavailable in ((0, 0), ("0%", 0), (0, "00%"))
    },
    "a volume that is named like one of the chart": (
        {"extraVolumes": [VOLUME, VOLUME | {"name": "config"}]},
        "extraVolumes.1.name: the chart has a volume of the name config itself: choose another name, or set "
        "configuration instead",
    ),
    "a volume of the user's instead of that of the images": (
        {"extraVolumes": [{"name": "data", "nfs": {"server": "nas.example.com", "path": "/images"}}]},
        f"extraVolumes.0.name: the chart has a volume of the name data itself: choose another name{OWN_VOLUME}",
    ),
    "a volume of garbage collection": (
        {"garbageCollection": COLLECTION, "extraVolumes": [VOLUME | {"name": "collection"}]},
        "extraVolumes.0.name: the chart has a volume of the name collection itself: choose another name",
    ),
    "two volumes of one name": (
        {"extraVolumes": [VOLUME, VOLUME]},
        "extraVolumes.1.name: another volume has the name a, too: choose another name",
    ),
    "a mount of no volume": (
        {"extraVolumeMounts": [{"name": "a", "mountPath": "/a"}]},
        "extraVolumeMounts.0.name: no volume has the name a: add it to extraVolumes, or correct the name",
    ),
    "two mounts on one path": (
        {"extraVolumes": [VOLUME], "extraVolumeMounts": [{"name": "a", "mountPath": path} for path in ("/a", "/a/")]},
        "extraVolumeMounts.1.mountPath: another mount of the container has the path /a, too: choose another path",
    ),
    **{
        f"a mount that hides one of the chart, {path}": (
            {"extraVolumes": [VOLUME], "extraVolumeMounts": [{"name": "a", "mountPath": path}]},
            f"extraVolumeMounts.0.mountPath: the chart mounts its volume {volume} at {place}, and one mount would hide "
            f"the other: choose a path that neither contains {place} nor is below it{instead}",
        )
        for path, volume, place, instead in (
            ("/etc", "config", "/etc/distribution", ", or set configuration instead"),
            ("//etc/./distribution//", "config", "/etc/distribution", ", or set configuration instead"),
            ("/etc/distribution/config.yml", "config", "/etc/distribution", ", or set configuration instead"),
            ("/var/lib/registry/docker", "data", "/var/lib/registry", OWN_VOLUME),
        )
    },
    **{
        f"a mount that hides the files of {key}": (
            {**values, "extraVolumes": [VOLUME], "extraVolumeMounts": [{"name": "a", "mountPath": place}]},
            f"extraVolumeMounts.0.mountPath: the chart mounts its volume {volume} at {place}, and one mount would hide "
            f"the other: choose a path that neither contains {place} nor is below it, or set {key} instead",
        )
        for key, volume, place, values in (
            (
                *("auth.htpasswd.existingSecret", "htpasswd", "/auth"),
                {"auth": {"htpasswd": {"enabled": True, "existingSecret": "users"}}},
            ),
            ("auth.token.existingSecret", "token", "/token", {"auth": {"token": TOKENS}}),
            ("tls.existingSecret", "tls", "/tls", {"tls": {"enabled": True, "existingSecret": "tls"}}),
            (
                *("tls.clientAuthentication.existingSecret", "client-cas", "/client-cas"),
                {"tls": {"enabled": True, "existingSecret": "tls", "clientAuthentication": {"existingSecret": "cas"}}},
            ),
            ("extraCAs", "extra-cas", "/extra-cas", {"extraCAs": [{"configMapName": "ca"}]}),
            (
                *("storage.gcs.existingSecret", "gcs", "/gcs"),
                {"storage": {"type": "gcs", "gcs": {"bucket": "images", "existingSecret": "gcs"}}},
            ),
        )
    },
    "a mount that hides the images where they are": (
        {
            "extraVolumes": [VOLUME],
            "extraVolumeMounts": [{"name": "a", "mountPath": "/images"}],
            "configuration": {"storage": {"filesystem": {"rootdirectory": "/images/"}}},
        },
        "extraVolumeMounts.0.mountPath: the chart mounts its volume data at /images/, and one mount would hide the "
        f"other: choose a path that neither contains /images/ nor is below it{OWN_VOLUME}",
    ),
    **{
        f"a mount of no volume in {key}": (
            {key: [CONTAINER, {**CONTAINER, "name": "b", "volumeMounts": [{"name": "data-2", "mountPath": "/a"}]}]},
            f"{key}.1.volumeMounts.0.name: no volume has the name data-2: add it to extraVolumes, or correct the name",
        )
        for key in ("initContainers", "sidecars")
    },
    **{
        f"a container named like that of the chart in {key}": (
            {key: [CONTAINER | {"name": "registry"}]},
            f"{key}.0.name: the chart has a container of the name registry itself: choose another name",
        )
        for key in ("initContainers", "sidecars")
    },
    "an init container and a sidecar of one name": (
        {"initContainers": [CONTAINER], "sidecars": [CONTAINER]},
        "sidecars.0.name: another container has the name a, too: choose another name",
    ),
    "a sidecar on the port of the registry": (
        {"configuration": {"http": {"addr": ":8080"}}, "sidecars": [listening(9090, 8080)]},
        "sidecars.0.ports.1.containerPort: the container registry listens on port 8080, too, and the containers of a "
        "Pod share one network: choose another port",
    ),
    "two sidecars on one port": (
        {"initContainers": [listening(9090)], "sidecars": [listening(9090, name="b", protocol="TCP")]},
        "sidecars.0.ports.0.containerPort: the container a listens on port 9090, too, and the containers of a Pod "
        "share one network: choose another port",
    ),
    "a Pod that knows no DNS server": (
        {"dnsPolicy": "None", "dnsConfig": {"searches": ["example.com"]}},
        "dnsConfig.nameservers: with dnsPolicy None, the Pod knows no DNS server: set dnsConfig.nameservers",
    ),
    "one object twice": (
        {"extraDeploy": [CONFIG_MAP, CONFIG_MAP | {"data": {"a": "b"}}]},
        "extraDeploy.1: another entry is the ConfigMap a, too: remove one of them, or rename it",
    ),
    **{
        f"an object with a template as its {field}": (
            {"extraDeploy": [CONFIG_MAP | {"metadata": {"name": "a", field: "{{ .Release.Name }}"}}]},
            f"extraDeploy.0.metadata.{field}: is a Helm template, which the chart does not evaluate in a value: write "
            f"the {field} itself",
        )
        for field in ("name", "namespace")
    },
    "tokens and passwords": (
        {"auth": {"htpasswd": LOGIN, "token": TOKENS}},
        "auth.token.enabled: auth.token and auth.htpasswd are both set, and the registry exits with two providers: "
        "remove one",
    ),
    "tokens, and passwords of config.yml": (
        {"auth": {"token": TOKENS}, "configuration": {"auth": {"htpasswd": {"realm": "Registry"}}}},
        "auth.token.enabled: auth.token and configuration.auth.htpasswd are both set, and the registry exits with two "
        "providers: remove one",
    ),
    **{
        f"tokens without {setting}": (
            {"auth": {"token": {key: value for key, value in TOKENS.items() if key != setting}}},
            f"auth.token.{setting}: the registry exits without it: set realm to the URL of the token server, service "
            "to the audience of its tokens, and issuer to their issuer",
        )
        for setting in ("realm", "service", "issuer")
    },
    **{
        f"tokens without {key}": (
            {"auth": {"token": TOKENS | {key: ""}}},
            "auth.token.existingSecret: nothing verifies the tokens: set existingSecret to the name of a Secret with "
            "the certificates or the keys of the token server, and rootCertBundleKey or jwksKey to the key in it",
        )
        for key in ("existingSecret", "jwksKey")
    },
    "TLS in the Pod without a certificate": (
        {"tls": {"enabled": True}},
        "tls.existingSecret: TLS is enabled without a certificate: set existingSecret to the name of a Secret of type "
        "kubernetes.io/tls, which cert-manager can create",
    ),
    "a mode of client certificates without authorities": (
        {
            "tls": {
                "enabled": True,
                "existingSecret": "registry-tls",
                "clientAuthentication": {"mode": "verify-client-cert-if-given"},
            }
        },
        "tls.clientAuthentication.mode: without authorities, clients are asked for no certificate: set existingSecret "
        "to the name of a Secret with the authorities of client certificates, or remove mode",
    ),
    "a certificate from a Secret and from an ACME server": (
        {
            "tls": {"enabled": True, "existingSecret": "registry-tls"},
            "configuration": {"http": {"tls": {"letsencrypt": {"cachefile": "/var/lib/registry/acme"}}}},
        },
        "configuration.http.tls.letsencrypt: tls.enabled sets a certificate too, and the registry exits with two: "
        "remove letsencrypt, or set tls.enabled to false",
    ),
    **{
        f"a file at {path}": (
            {"extraFiles": [{"path": path, "secretName": "a", "key": "a"}]},
            f"extraFiles.0.path: {place} is taken, and nothing can be mounted in it: choose another directory",
        )
        for path, place in (
            ("/etc/distribution/ca.pem", "/etc/distribution"),
            ("/tls", "/tls"),
            ("/proc/1/mem", "/proc"),
        )
    },
    **{
        f"a file at {second}, next to {first}": (
            {"extraFiles": [{"path": path, "secretName": "a", "key": "a"} for path in (first, second)]},
            f"extraFiles.1.path: {first} is mounted there too: choose another path",
        )
        for first, second in (("/certs/a", "/certs/a"), ("/certs", "/certs/a"), ("/certs/a", "/certs"))
    },
    "a file of an entry of a list that nothing mounts": (
        {
            "configuration": {
                "middleware": {
                    "storage": [
                        {"name": "rewrite"},
                        {
                            "name": "cloudfront",
                            "options": {
                                "baseurl": "https://cdn.example.com",
                                "privatekey": "/keys/cdn.pem",
                                "keypairid": "K1",
                            },
                        },
                    ]
                }
            }
        },
        "configuration.middleware.storage.1.options.privatekey: no volume of the Pod has the file /keys/cdn.pem, so "
        "the registry does not start: mount it with extraFiles, or with extraVolumes and extraVolumeMounts",
    ),
    "one of two files that nothing mounts": (
        {
            "configuration": {"http": {"tls": {"clientcas": ["/certs/ca.pem", "/certs/other.pem"]}}},
            "extraFiles": KEYS,
        },
        "configuration.http.tls.clientcas.1: no volume of the Pod has the file /certs/other.pem, so the registry does "
        "not start: mount it with extraFiles, or with extraVolumes and extraVolumeMounts, or set "
        "tls.clientAuthentication.existingSecret instead",
    ),
    "a file of a variable that nothing mounts": (
        {"extraEnvVars": [{"name": "REGISTRY_REDIS_TLS_ROOTCAS", "value": '["/redis/ca.pem"]'}]},
        "extraEnvVars.0.value: no volume of the Pod has the file /redis/ca.pem, so the registry does not start: mount "
        "it with extraFiles, or with extraVolumes and extraVolumeMounts, or set extraCAs instead",
    ),
    "config.yml where registry v2 read it": (
        {"args": ["serve", "/etc/docker/registry/config.yml"]},
        "args.1: no volume of the Pod has the file /etc/docker/registry/config.yml, so the registry does not start: "
        "mount it with extraFiles, or with extraVolumes and extraVolumeMounts, or set it to "
        "/etc/distribution/config.yml instead",
    ),
    "a cache of nothing": (
        {"proxy": {"enabled": True}},
        "proxy.remoteUrl: a pull-through cache needs the registry that it caches: set remoteUrl to its URL, for Docker "
        "Hub https://registry-1.docker.io",
    ),
    "a cache of a web site": (
        {"proxy": {"enabled": True, "remoteUrl": "https://hub.docker.com"}},
        "proxy.remoteUrl: hub.docker.com is not the registry of Docker Hub: set proxy.remoteUrl to "
        "https://registry-1.docker.io",
    ),
    "a cache of a web site, in config.yml": (
        {"configuration": {"proxy": {"remoteurl": "https://docker.io/"}}},
        "configuration.proxy.remoteurl: docker.io is not the registry of Docker Hub: set configuration.proxy.remoteurl "
        "to https://registry-1.docker.io",
    ),
    "a user without a password": (
        {"proxy": UPSTREAM | {"username": "admin"}},
        "proxy.existingSecret: proxy.username has no password: create a Secret with `registry-gitops secret proxy`, "
        "and set existingSecret to its name",
    ),
    "an autoscaler of a cache": (
        {"autoscaling": SCALED, "http": SHARED, "configuration": S3, "proxy": UPSTREAM},
        "autoscaling.maxReplicas: 3 replicas of a pull-through cache lose track of what expires, and fill the storage: "
        "set autoscaling.enabled to false",
    ),
    **{
        f"two caches of one storage, {key}": (
            {"replicaCount": 2, "http": SHARED, "configuration": S3 | configuration, "proxy": proxy},
            "replicaCount: 2 replicas of a pull-through cache lose track of what expires, and fill the storage: set "
            "replicaCount to 1",
        )
        for key, proxy, configuration in (
            ("proxy", UPSTREAM, {}),
            ("configuration", {}, {"proxy": {"remoteurl": "https://registry.example.com"}}),
        )
    },
    **{
        f"a cache that keeps what expires, {key}": (
            {"proxy": proxy, "configuration": {"storage": {"delete": {"enabled": False}}} | configuration},
            "configuration.storage.delete.enabled: a pull-through cache that cannot delete keeps what has expired for "
            f"ever: remove this key (clients cannot delete in a cache either way), or set {key} to 0s",
        )
        for key, proxy, configuration in (
            ("proxy.ttl", UPSTREAM, {}),
            ("configuration.proxy.ttl", {}, {"proxy": {"remoteurl": "https://registry.example.com"}}),
        )
    },
    **{
        f"{request} of {limit} in {section}": (
            values({"requests": {"cpu": request}, "limits": {"cpu": limit}}),
            f"{section}.requests.cpu: requests.cpu is {request} and limits.cpu is {limit}, and Kubernetes refuses a "
            f"request above its limit: set requests.cpu to {limit} or less, or limits.cpu to {request} or more",
        )
        for request, limit, section, values in (
            ("501m", "0.5", "resources", lambda resources: {"resources": resources}),
            ("2001m", "2", "metrics.resources", lambda resources: {"metrics": {"resources": resources}}),
            ("1Ki", "1023", "garbageCollection.resources", lambda own: {"garbageCollection": {"resources": own}}),
            ("1.1k", "1Ki", "sidecars.0.resources", lambda own: {"sidecars": [CONTAINER | {"resources": own}]}),
            (
                "1Ei",
                "1000P",
                "initContainers.0.resources",
                lambda own: {"initContainers": [CONTAINER | {"resources": own}]},
            ),
        )
    },
    **{
        f"a variable twice in {key}": (
            values,
            f"{key}.1.name: is set twice, and a server-side apply refuses that: remove one of them",
        )
        for key, values in (
            ("extraEnvVars", {"extraEnvVars": TWICE}),
            ("sidecars.0.env", {"sidecars": [CONTAINER | {"env": TWICE}]}),
        )
    },
    "a class in two places": (
        {"ingress": {"enabled": True, "ingressClassName": "a", "annotations": {"kubernetes.io/ingress.class": "a"}}},
        "ingress.annotations: Kubernetes refuses the annotation kubernetes.io/ingress.class next to ingressClassName: "
        "remove the annotation",
    ),
    **{
        f"a host twice, {first}": (
            {
                "ingress": {
                    "enabled": True,
                    "extraHosts": [{"name": "b.example.com"}, {"name": "a.example.com"}],
                    **first,
                }
            },
            f"ingress.extraHosts.{index}.name: another rule has this host with the path /, too, and controllers refuse "
            "that: remove one of them",
        )
        for index, first in (
            (1, {"hostname": "a.example.com"}),
            (1, {"extraHosts": [{"name": "a.example.com"}, {"name": "a.example.com", "path": "/"}]}),
        )
    },
    "a route without a Gateway": (
        {"httpRoute": {"enabled": True}},
        "httpRoute.parentRefs: no Gateway serves the route: name one in httpRoute.parentRefs",
    ),
    "a route to one listener twice": (
        {"httpRoute": {"enabled": True, "parentRefs": [GATEWAY, GATEWAY | {"port": 443}, GATEWAY]}},
        "httpRoute.parentRefs.2: another entry names this listener of the Gateway public, too: remove it, or set "
        "another sectionName or port",
    ),
    **{
        f"a Service of type {kind} with {key}": (
            {"service": {"type": kind, key: value}},
            f"service.{key}: a Service of type {kind} has no {key}: remove it, or set service.type to LoadBalancer",
        )
        for kind, key, value in (
            ("ClusterIP", "loadBalancerIP", "192.0.2.1"),
            ("NodePort", "loadBalancerClass", "example.com/internal"),
            ("NodePort", "loadBalancerSourceRanges", ["192.0.2.0/24"]),
        )
    },
    **{
        f"a Service within the cluster with {key}": (
            {"service": values},
            f"service.{key}: a Service of type ClusterIP has no {key}: remove it, or set service.type to NodePort or "
            "LoadBalancer",
        )
        for key, values in (
            ("externalTrafficPolicy", {"externalTrafficPolicy": "Local"}),
            ("nodePorts.http", {"nodePorts": {"http": 30500}}),
            ("extraPorts.1.nodePort", {"extraPorts": [EXTRA_PORT, {"name": "a", "port": 1, "nodePort": 30000}]}),
        )
    },
    "a headless Service of another type": (
        {"service": {"clusterIP": "None", "type": "LoadBalancer"}},
        "service.clusterIP: a headless Service is of type ClusterIP: remove clusterIP, or set service.type to "
        "ClusterIP",
    ),
    **{
        f"a headless Service with {key}": (
            {"service": {"clusterIP": "None", key: value}},
            f"service.{key}: with clusterIP None, there is no address to use it for: remove it, or remove "
            "service.clusterIP",
        )
        for key, value in (("externalIPs", ["192.0.2.1"]), ("sessionAffinity", "ClientIP"))
    },
    **{
        f"two IP families, policy {policy}": (
            {"service": {"ipFamilies": ["IPv6", "IPv4"], **policy}},
            "service.ipFamilyPolicy: two ipFamilies need an ipFamilyPolicy: set it to PreferDualStack or "
            "RequireDualStack",
        )
        for policy in ({}, {"ipFamilyPolicy": "SingleStack"})
    },
    "one IP family twice": (
        {"service": {"ipFamilies": ["IPv6", "IPv6"], "ipFamilyPolicy": "RequireDualStack"}},
        "service.ipFamilies: the IP family IPv6 is listed twice: remove one of the two",
    ),
    **{
        f"an address that is not {family}": (
            {"service": {"ipFamilies": [family], "clusterIP": address}},
            f"service.clusterIP: this address is not of the family {family}, the first of service.ipFamilies: change "
            "one",
        )
        for family, address in (("IPv4", "2001:db8::1"), ("IPv6", "10.96.0.50"))
    },
    "another port named like that of the registry": (
        {"service": {"extraPorts": [EXTRA_PORT | {"name": "http"}]}},
        "service.extraPorts.0.name: another port of the Service has the name http, too: choose another name",
    ),
    "another port with the number of the registry's": (
        {"service": {"ports": {"http": 9090}, "extraPorts": [EXTRA_PORT]}},
        "service.extraPorts.0.port: another port of the Service has the number 9090, too: choose another one",
    ),
    "two ports with one nodePort": (
        {
            "service": {
                "type": "NodePort",
                "extraPorts": [EXTRA_PORT | {"nodePort": 30500}, {"name": "a", "port": 1, "nodePort": 30500}],
            }
        },
        "service.extraPorts.1.nodePort: another port of the Service has the nodePort 30500, too: choose another one",
    ),
}
"""Case -> the values, and the one line that Helm and the models both report."""


@pytest.mark.parametrize("case", REFUSED)
def test_helm_refuses_values_that_cannot_work(chart: Chart, case: str) -> None:
    values, line = REFUSED[case]
    assert reported(chart.refusal(**values)) == [line]


@pytest.mark.parametrize(
    "strategy",
    [
        {"rollingUpdate": {}},
        {"type": "Recreate", "rollingUpdate": {}},
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}},
        {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}},
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "100%"}},
    ],
)
def test_helm_and_the_models_take_a_strategy_that_can_work(chart: Chart, strategy: dict[str, Any]) -> None:
    values = {"updateStrategy": strategy}
    RegistryValues.model_validate(values)
    chart.render(**values)


@pytest.mark.parametrize("case", REFUSED)
def test_the_models_refuse_values_in_the_words_of_helm(case: str) -> None:
    values, line = REFUSED[case]
    with pytest.raises(ValidationError) as caught:
        RegistryValues.model_validate(values)
    assert [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in caught.value.errors()] == [line]


def test_every_text_of_the_table_is_reported_by_a_case() -> None:
    found = set()
    for values, _ in REFUSED.values():
        with pytest.raises(ValidationError) as caught:
            RegistryValues.model_validate(values)
        found |= {error["type"] for error in caught.value.errors()}
    assert found == CONFLICTS.keys()


def reported(message: str) -> list[str]:
    return [line.removeprefix("- ") for line in message.splitlines() if line.startswith("- ")]


def test_a_user_name_that_ends_early_in_the_file_is_refused_by_the_schema(chart: Chart) -> None:
    assert "/auth/htpasswd/username" in chart.refusal(auth={"htpasswd": LOGIN | {"username": "ad:min"}})


def test_all_reasons_are_given_at_once(chart: Chart) -> None:
    message = chart.refusal(
        replicaCount=2, auth={"htpasswd": {"enabled": True}}, ingress={"enabled": True, "tls": True}
    )
    assert len(reported(message)) == 4


WORKING: dict[str, dict[str, Any]] = {
    "an image of another host": {"image": {"registry": "ghcr.io", "repository": "x/y", "tag": "2.1"}},
    "an image of a mirror that names the host": {
        "image": {"registry": "mirror.example.com", "repository": "docker.io/library/registry", "tag": "3"}
    },
    "an image of the runtime's default host": {"image": {"registry": "", "repository": "ghcr.io/x/y"}},
    "a version that begins with 2": {"image": {"tag": "20.1"}},
    "replicas with a common cache": {"replicaCount": 3, "http": SHARED, "storage": IN_BUCKET, "cache": REDIS},
    "replicas without a cache by config.yml": {
        "replicaCount": 3,
        "http": SHARED,
        "storage": IN_BUCKET,
        "cache": {"type": "inmemory"},
        "configuration": {"storage": {"cache": {"blobdescriptor": ""}}},
    },
    "an autoscaler of one Pod": {"autoscaling": {"enabled": True, "minReplicas": 1, "maxReplicas": 1}},
    "an autoscaler that takes the request from the limit": {
        "autoscaling": SCALED,
        "http": SHARED,
        "storage": IN_BUCKET,
        "resources": {"requests": {"cpu": None}},
    },
    "a hook of the user instead of the chart's": {
        "http": {"drainTimeout": "80s"},
        "storage": IN_BUCKET,
        "lifecycleHooks": {"preStop": {"exec": {"command": ["true"]}}},
    },
    "an autoscaler that is off": {"autoscaling": {"minReplicas": 9}},
    "a budget that is off": {"pdb": {"minAvailable": 1, "maxUnavailable": 1}},
    "a bucket and a region by config.yml": {
        "storage": {"type": "s3"},
        "configuration": {"storage": {"s3": {"bucket": "images", "region": "eu-central-1"}}},
    },
    "credentials of azure by config.yml": {
        "storage": {"type": "azure", "azure": AZURE | {"credentialsType": "shared_key"}},
        "configuration": {"storage": {"azure": {"accountkey": "YWJj"}}},
    },
    "the address of redis by a variable": {
        "configuration": {"storage": {"cache": {"blobdescriptor": "redis"}}},
        "extraEnvVars": [{"name": "REGISTRY_REDIS_ADDRS", "value": "[redis:6379]"}],
    },
    "the address of redis by a Secret": {
        "configuration": {"storage": {"cache": {"blobdescriptor": "redis"}}},
        "extraEnvVarsSecret": "registry-redis",
    },
    "redis by config.yml": {"cache": {"type": "redis"}, "configuration": {"redis": {"addrs": ["redis:6379"]}}},
    "another driver by config.yml": {"configuration": {"storage": {"inmemory": {}}}},
    "the driver of config.yml in storage too": {
        "storage": {"type": "inmemory"},
        "configuration": {"storage": {"inmemory": {}}},
    },
    "replicas on an object store": {"replicaCount": 3, "http": SHARED, "configuration": S3},
    "replicas on a volume of many nodes": {
        "replicaCount": 2,
        "http": SHARED,
        "persistence": {"accessModes": ["ReadWriteOnce", "ReadWriteMany"]},
    },
    "no replica": {"replicaCount": 0},
    "a volume that can be read and written": {"persistence": {"accessModes": ["ReadOnlyMany", "ReadWriteOnce"]}},
    "a volume that cannot be written, of a registry that writes nothing": {
        "persistence": {"accessModes": ["ReadOnlyMany"], "existingClaim": "images"},
        "configuration": {"storage": {"maintenance": {"readonly": {"enabled": True}}}},
    },
    "a volume that is not used": {"persistence": {"enabled": False, "accessModes": ["ReadOnlyMany"]}},
    **{
        f"replicas with a secret by {way}": {"replicaCount": 2, "configuration": S3, **values}
        for way, values in UPLOAD_SECRETS.items()
    },
    "a password of 72 bytes": {"auth": {"htpasswd": LOGIN | {"password": 36 * "ä"}}},
    "no login": {"auth": {"htpasswd": {"existingSecret": "registry-users"}}},
    "a prefix of nothing": {"configuration": {"http": {"prefix": "/"}}},
    "a drain that ends in time": {"http": {"drainTimeout": "1m29s500ms"}},
    "a long drain": {"http": {"drainTimeout": "2h"}, "terminationGracePeriodSeconds": 7201},
    "TLS for extra hosts alone": {
        "ingress": {"enabled": True, "tls": True, "extraTls": [{"hosts": ["a.example"], "secretName": "a"}]}
    },
    "TLS without an Ingress": {"ingress": {"tls": True}},
    "a volume that is named like one which is not rendered, and a mount beside those of the chart": {
        "extraVolumes": [VOLUME | {"name": "htpasswd"}],
        "extraVolumeMounts": [{"name": "htpasswd", "mountPath": "/etc/distribution-more"}],
    },
    "a mount where the images would be": {
        "configuration": S3,
        "extraVolumes": [VOLUME],
        "extraVolumeMounts": [{"name": "a", "mountPath": "/var/lib/registry"}],
    },
    "a volume of the chart mounted twice": {
        "extraVolumeMounts": [{"name": "data", "mountPath": "/more", "subPath": "more"}],
    },
    "sidecars on ports of their own, and by other protocols": {
        "sidecars": [listening(9090, 9091), listening(5000, 9090, name="b", protocol="UDP")],
    },
    "containers that mount volumes of the chart": {
        "initContainers": [CONTAINER | {"volumeMounts": [{"name": "data", "mountPath": "/var/lib/registry"}]}],
        "sidecars": [CONTAINER | {"name": "b", "volumeMounts": [{"name": "config", "mountPath": "/etc"}]}],
    },
    "a DNS server of its own": {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["192.0.2.53"]}},
    "objects of one name": {
        "extraDeploy": [
            CONFIG_MAP,
            CONFIG_MAP | {"kind": "Secret"},
            CONFIG_MAP | {"metadata": {"name": "a", "namespace": "b"}},
            CONFIG_MAP | {"apiVersion": "example.com/v1"},
        ],
    },
    "an object with a template of another program": {
        "extraDeploy": [CONFIG_MAP | {"data": {"alert": "{{ $labels.instance }} is down"}}],
    },
    "tokens by config.yml": {"configuration": {"auth": TOKEN}, "extraFiles": KEYS},
    "tokens, with settings and keys of config.yml": {
        "auth": {"token": {"enabled": True}},
        "configuration": {"auth": TOKEN},
        "extraFiles": KEYS,
    },
    "config.yml where the chart mounts it": {"args": ["serve", "/etc/distribution/config.yml"]},
    "config.yml of a program of the user's": {"command": ["/bin/run"], "args": ["/opt/run.yaml"]},
    "a file of the image": {"configuration": {"redis": {"tls": {"rootcas": ["/etc/ssl/cert.pem"]}}}},
    "files of an image of the user's": {"image": {"repository": "team/registry"}, "configuration": {"auth": TOKEN}},
    "a file that extraCAs mounts": {
        "extraCAs": [{"configMapName": "ca"}],
        "configuration": {"redis": {"tls": {"rootcas": ["/extra-cas/0.crt"]}}},
    },
    "files on volumes of the user's": {
        "extraVolumes": [{"name": "files", "secret": {"secretName": "files"}}],
        "extraVolumeMounts": [
            {"name": "files", "mountPath": "/certs/"},
            {"name": "files", "mountPath": "/key.pem", "subPath": "key.pem"},
        ],
        "configuration": {"auth": TOKEN, "http": {"tls": {"certificate": "/certs/a.pem", "key": "/key.pem"}}},
    },
    "a directory that is no file yet": {"configuration": {"http": {"tls": {"letsencrypt": {"cachefile": "/acme"}}}}},
    "a cache that keeps all": {
        "proxy": UPSTREAM | {"ttl": "0s"},
        "configuration": {"storage": {"delete": {"enabled": False}}},
    },
    "a cache with credentials": {"proxy": UPSTREAM | {"username": "u", "existingSecret": "docker-hub"}},
    "a policy for addresses of outside": {
        "service": {"externalIPs": ["192.0.2.1"], "externalTrafficPolicy": "Local"},
    },
    "a headless Service": {"service": {"clusterIP": "None", "sessionAffinity": "None", "ipFamilies": ["IPv6"]}},
    "one number for two protocols": {
        "service": {"type": "NodePort", "extraPorts": [EXTRA_PORT, EXTRA_PORT | {"name": "a", "protocol": "UDP"}]},
    },
    "metrics at a path that begins like that of the debug server": {"metrics": {"enabled": True, "path": "/debugging"}},
    "a debug server without metrics": {"configuration": {"http": {"debug": {"addr": "127.0.0.1:5001"}}}},
    "metrics and an empty section": {"metrics": {"enabled": True}, "configuration": {"http": {"debug": {}}}},
    "garbage on an emptyDir": {"garbageCollection": COLLECTION, "persistence": {"enabled": False}},
    "no garbage of a pull-through cache": {
        "garbageCollection": {"schedule": "0 9-8 * * *"},
        "configuration": {"proxy": {"remoteurl": "https://upstream.example.com"}},
    },
    "garbage on a volume of many nodes": {
        "garbageCollection": COLLECTION,
        "persistence": {"accessModes": ["ReadWriteMany"]},
        "updateStrategy": {"type": "RollingUpdate"},
    },
    "requests up to the limits": {
        "resources": {"requests": {"cpu": "500m", "memory": "1024Mi"}, "limits": {"cpu": 0.5, "memory": "1Gi"}},
        "sidecars": [CONTAINER | {"resources": {"requests": {"cpu": "2"}, "limits": {"memory": "1Mi"}}}],
    },
    "a class by the deprecated annotation alone": {
        "ingress": {"enabled": True, "annotations": {"kubernetes.io/ingress.class": "nginx"}},
    },
    "a host with two paths": {
        "ingress": {
            "enabled": True,
            "hostname": "a.example.com",
            "extraHosts": [{"name": "a.example.com", "path": "/v2"}],
        },
    },
    "a route and no host": {"httpRoute": {"enabled": True, "parentRefs": [GATEWAY]}},
    "a route that is off": {"httpRoute": {"hostnames": ["a.example.com"]}},
    "a rolling update": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}},
}


@pytest.mark.parametrize("case", WORKING)
def test_their_working_neighbours_are_rendered(chart: Chart, case: str) -> None:
    assert chart.render(**WORKING[case])["Deployment"]


@pytest.mark.parametrize("case", WORKING)
def test_the_models_accept_their_working_neighbors(case: str) -> None:
    RegistryValues.model_validate(WORKING[case])
