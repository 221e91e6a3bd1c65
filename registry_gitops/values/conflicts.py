"""Combinations of values that cannot work: one table of texts, for the models and for the chart.

The models fill the texts in with `conflict_error`. `make generate` makes the chart's templates/_conflicts.tpl of them,
and the templates `docker-registry.AREA.problems` fill those in. tests/chart/test_refusals.py compares what both report,
word for word.
"""

from __future__ import annotations

from typing import Final, LiteralString, NamedTuple

from registry_gitops.model import LocatedError, custom_error


class Conflict(NamedTuple):
    """A combination: the key of the values to change, and what is wrong and what to do. Both have {placeholders}."""

    key: str
    text: str
    missing: tuple[str, ...] | None = None
    """Not None: a value is missing, at `key` or at one of these. `release.valuesFrom` can bring it."""


_OBJECT_STORE: Final = "set storage.type to an object store (s3, gcs, azure)"

CONFLICTS: Final = {
    "image-host": Conflict(
        "image.repository",
        "the image would be pulled as {registry}/{host}/{repository}: set image.registry to {host} and "
        "image.repository to {repository}",
    ),
    "image-version": Conflict(
        "image.tag",
        "{tag} is older than registry v3, and reads another file than the chart's config.yml: it would run with its "
        "own settings, and without login: set image.tag to 3.1.1",
    ),
    "replicas-claim": Conflict(
        "{key}",
        "{count} replicas cannot share a {modes} volume: set {one_pod}, set persistence.accessModes to "
        f"[ReadWriteMany] with a storage class that supports it, or {_OBJECT_STORE}",
    ),
    "replicas-existing-claim": Conflict(
        "{key}",
        "{count} replicas cannot share the claim {claim}, which is {modes} by persistence.accessModes: set "
        "{one_pod}, use a ReadWriteMany claim and set persistence.accessModes to [ReadWriteMany], or "
        f"{_OBJECT_STORE}",
    ),
    "replicas-no-volume": Conflict(
        "{key}",
        "{count} replicas without persistence each have their own images: set {one_pod}, set "
        f"persistence.enabled to true and persistence.accessModes to [ReadWriteMany], or {_OBJECT_STORE}",
    ),
    "replicas-memory": Conflict(
        "{key}",
        f"{{count}} replicas with the inmemory driver each have their own images: set {{one_pod}}, or {_OBJECT_STORE}",
    ),
    "replicas-secret": Conflict(
        "{key}",
        "{count} replicas need a shared upload secret, or a push that reaches another Pod fails: create a Secret with "
        "`registry-gitops secret http`, and set http.existingSecret to its name",
        missing=("http.existingSecret",),
    ),
    "replicas-cache": Conflict(
        "{cache}",
        "{count} replicas with a cache in memory each do not see what another one deletes, and skip layers that are "
        "gone: set {cache} to redis or {off}, or {one_pod}",
    ),
    "claim-read-only": Conflict(
        "persistence.accessModes",
        "the registry cannot write to a ReadOnlyMany volume: set it to [ReadWriteOnce], or to [ReadWriteMany] for "
        "several nodes",
    ),
    "storage-drivers": Conflict(
        "configuration.storage",
        "several storage drivers are set ({drivers}), and the registry exits with more than one: keep one",
    ),
    "storage-type": Conflict(
        "storage.{section}",
        "storage.{section} has no effect, because storage.type is {type}: set storage.type to {section}, or remove it",
    ),
    "storage-bucket": Conflict(
        "storage.{section}.{field}", "the driver {section} exits without it: set it to one that exists", missing=()
    ),
    "s3-region": Conflict(
        "storage.s3.region",
        "the driver s3 exits without a region: set it to the AWS region of the bucket, or set "
        "storage.s3.regionEndpoint for a service other than AWS",
        missing=("storage.s3.regionEndpoint",),
    ),
    "azure-application": Conflict(
        "storage.azure.{field}", "storage.azure.credentialsType is client_secret, which needs it: set it", missing=()
    ),
    "azure-key": Conflict(
        "storage.azure.existingSecret",
        "storage.azure.credentialsType is {type}, which needs a Secret with the key {secret_key}: create one with "
        "`registry-gitops secret azure --key {secret_key}`, and set existingSecret to its name",
        missing=(),
    ),
    "azure-secret": Conflict(
        "storage.azure.existingSecret",
        "storage.azure.credentialsType is default_credentials, which uses no Secret: set it to shared_key or "
        "client_secret, or remove existingSecret",
    ),
    "redis-addrs": Conflict(
        "{key}",
        "the cache is redis, and the registry exits without its address: set {key} to [HOST:6379]",
        missing=(),
    ),
    "autoscaling-range": Conflict(
        "autoscaling.minReplicas", "{minimum} is more than autoscaling.maxReplicas, which is {maximum}: lower it"
    ),
    "autoscaling-target": Conflict(
        "autoscaling.targetCPUUtilizationPercentage",
        "the autoscaler has nothing to measure: set it, or targetMemoryUtilizationPercentage",
        missing=(),
    ),
    "autoscaling-request": Conflict(
        "resources.requests.{resource}",
        "the autoscaler measures {resource} in percent of this request, and there is none: set it, or set "
        "autoscaling.{target} to null",
        missing=(),
    ),
    "pdb-both": Conflict(
        "pdb.maxUnavailable", "minAvailable and maxUnavailable cannot be combined: remove one of them"
    ),
    "auth-providers": Conflict(
        "auth.htpasswd.enabled",
        "auth.htpasswd and configuration.auth.token are both set, and the registry exits with two providers: remove "
        "one",
    ),
    "configuration-auth-providers": Conflict(
        "configuration.auth.token",
        "both configuration.auth.htpasswd and configuration.auth.token are set, and the registry exits with two "
        "providers: remove one",
    ),
    "token-providers": Conflict(
        "auth.token.enabled",
        "auth.token and {other} are both set, and the registry exits with two providers: remove one",
    ),
    "token-settings": Conflict(
        "auth.token.{setting}",
        "the registry exits without it: set realm to the URL of the token server, service to the audience of its "
        "tokens, and issuer to their issuer",
        missing=(),
    ),
    "token-keys": Conflict(
        "auth.token.existingSecret",
        "nothing verifies the tokens: set existingSecret to the name of a Secret with the certificates or the keys of "
        "the token server, and rootCertBundleKey or jwksKey to the key in it",
        missing=(),
    ),
    "htpasswd-credentials": Conflict(
        "auth.htpasswd.existingSecret",
        "htpasswd is enabled without credentials: set existingSecret to the name of a Secret that "
        "`registry-gitops htpasswd` created, or set both username and password",
        missing=("auth.htpasswd.existingSecret", "auth.htpasswd.username", "auth.htpasswd.password"),
    ),
    "htpasswd-password": Conflict(
        "auth.htpasswd.password", "existingSecret and password cannot be combined: remove password"
    ),
    "password-length": Conflict(
        "auth.htpasswd.password", "the password is longer than the 72 bytes that bcrypt reads: choose a shorter one"
    ),
    "default-strategy": Conflict(
        "updateStrategy.rollingUpdate",
        "an old and a new Pod cannot share the images, so updateStrategy.type is Recreate by default, which has no "
        "rollingUpdate: remove it",
    ),
    "strategy": Conflict(
        "updateStrategy.rollingUpdate",
        "updateStrategy.type is Recreate, which has no rollingUpdate: remove it, or set type to RollingUpdate",
    ),
    "no-rollout": Conflict(
        "updateStrategy.rollingUpdate.maxUnavailable",
        "maxSurge and maxUnavailable are both 0, so Kubernetes could replace no Pod, and refuses that: set one of them "
        "to at least 1",
    ),
    "tls-certificate": Conflict(
        "tls.existingSecret",
        "TLS is enabled without a certificate: set existingSecret to the name of a Secret of type kubernetes.io/tls, "
        "which cert-manager can create",
        missing=(),
    ),
    "tls-client-mode": Conflict(
        "tls.clientAuthentication.mode",
        "without authorities, clients are asked for no certificate: set existingSecret to the name of a Secret with "
        "the authorities of client certificates, or remove mode",
        missing=("tls.clientAuthentication.existingSecret",),
    ),
    "tls-letsencrypt": Conflict(
        "configuration.http.tls.letsencrypt",
        "tls.enabled sets a certificate too, and the registry exits with two: remove letsencrypt, or set tls.enabled "
        "to false",
    ),
    "file-place": Conflict("{key}", "{place} is taken, and nothing can be mounted in it: choose another directory"),
    "file-twice": Conflict("{key}", "{other} is mounted there too: choose another path"),
    "file-missing": Conflict(
        "{key}",
        "no volume of the Pod has the file {file}, so the registry does not start: mount it with extraFiles, or with "
        "extraVolumes and extraVolumeMounts{instead}",
        missing=("extraFiles", "extraVolumes"),
    ),
    "proxy-url": Conflict(
        "proxy.remoteUrl",
        "a pull-through cache needs the registry that it caches: set remoteUrl to its URL, for Docker Hub "
        "https://registry-1.docker.io",
        missing=(),
    ),
    "proxy-docker-hub": Conflict(
        "{key}", "{host} is not the registry of Docker Hub: set {key} to https://registry-1.docker.io"
    ),
    "proxy-credentials": Conflict(
        "proxy.existingSecret",
        "proxy.username has no password: create a Secret with `registry-gitops secret proxy`, and set "
        "existingSecret to its name",
        missing=(),
    ),
    "proxy-replicas": Conflict(
        "{key}",
        "{count} replicas of a pull-through cache lose track of what expires, and fill the storage: set {one_pod}",
    ),
    "proxy-deletion": Conflict(
        "configuration.storage.delete.enabled",
        "a pull-through cache that cannot delete keeps what has expired for ever: remove this key (clients cannot "
        "delete in a cache either way), or set {key} to 0s",
    ),
    "tls-host": Conflict(
        "ingress.hostname",
        "ingress.tls needs a host name: set ingress.hostname, or list hosts and Secrets in ingress.extraTls",
        missing=("ingress.hostname", "ingress.extraTls"),
    ),
    "prefix": Conflict(
        "{key}", "relative URLs leave out configuration.http.prefix, so every push fails: set {key} to false"
    ),
    "grace-period": Conflict(
        "terminationGracePeriodSeconds",
        "the Pod is killed after {grace} seconds, but {key} lets it drain for {timeout}{after}: set "
        "terminationGracePeriodSeconds to at least {seconds}",
    ),
    "volume-name": Conflict(
        "extraVolumes.{index}.name", "the chart has a volume of the name {name} itself: choose another name{instead}"
    ),
    "volume-twice": Conflict(
        "extraVolumes.{index}.name", "another volume has the name {name}, too: choose another name"
    ),
    "mount-volume": Conflict(
        "{mounts}.{index}.name",
        "no volume has the name {name}: add it to extraVolumes, or correct the name",
        missing=("extraVolumes",),
    ),
    "mount-twice": Conflict(
        "{mounts}.{index}.mountPath", "another mount of the container has the path {path}, too: choose another path"
    ),
    "mount-path": Conflict(
        "{mounts}.{index}.mountPath",
        "the chart mounts its volume {volume} at {path}, and one mount would hide the other: choose a path that "
        "neither contains {path} nor is below it{instead}",
    ),
    "container-name": Conflict(
        "{containers}.{index}.name", "the chart has a container of the name {name} itself: choose another name"
    ),
    "container-twice": Conflict(
        "{containers}.{index}.name", "another container has the name {name}, too: choose another name"
    ),
    "container-port": Conflict(
        "{containers}.{index}.ports.{position}.containerPort",
        "the container {holder} listens on port {port}, too, and the containers of a Pod share one network: choose "
        "another port",
    ),
    "dns-servers": Conflict(
        "dnsConfig.nameservers",
        "with dnsPolicy None, the Pod knows no DNS server: set dnsConfig.nameservers",
        missing=(),
    ),
    "object-twice": Conflict(
        "extraDeploy.{index}", "another entry is the {kind} {name}, too: remove one of them, or rename it"
    ),
    "object-template": Conflict(
        "extraDeploy.{index}.metadata.{field}",
        "is a Helm template, which the chart does not evaluate in a value: write the {field} itself",
    ),
    "ingress-class": Conflict(
        "ingress.annotations",
        "Kubernetes refuses the annotation kubernetes.io/ingress.class next to ingressClassName: remove the annotation",
    ),
    "ingress-host-twice": Conflict(
        "ingress.extraHosts.{index}.name",
        "another rule has this host with the path {path}, too, and controllers refuse that: remove one of them",
    ),
    "route-parents": Conflict(
        "httpRoute.parentRefs", "no Gateway serves the route: name one in httpRoute.parentRefs", missing=()
    ),
    "route-parent-twice": Conflict(
        "httpRoute.parentRefs.{index}",
        "another entry names this listener of the Gateway {name}, too: remove it, or set another sectionName or port",
    ),
    "request-above-limit": Conflict(
        "{section}.requests.{resource}",
        "requests.{resource} is {request} and limits.{resource} is {limit}, and Kubernetes refuses a request above its "
        "limit: set requests.{resource} to {limit} or less, or limits.{resource} to {request} or more",
    ),
    "variable-twice": Conflict(
        "{variables}.{index}.name", "is set twice, and a server-side apply refuses that: remove one of them"
    ),
    "service-type": Conflict(
        "service.{key}", "a Service of type {type} has no {key}: remove it, or set service.type to {types}"
    ),
    "service-headless": Conflict(
        "service.{key}",
        "with clusterIP None, there is no address to use it for: remove it, or remove service.clusterIP",
    ),
    "service-headless-type": Conflict(
        "service.clusterIP",
        "a headless Service is of type ClusterIP: remove clusterIP, or set service.type to ClusterIP",
    ),
    "service-families": Conflict(
        "service.ipFamilyPolicy",
        "two ipFamilies need an ipFamilyPolicy: set it to PreferDualStack or RequireDualStack",
    ),
    "service-families-twice": Conflict(
        "service.ipFamilies", "the IP family {family} is listed twice: remove one of the two"
    ),
    "service-address-family": Conflict(
        "service.clusterIP", "this address is not of the family {family}, the first of service.ipFamilies: change one"
    ),
    "port-name": Conflict(
        "service.extraPorts.{index}.name", "another port of the Service has the name {name}, too: choose another name"
    ),
    "port-number": Conflict(
        "service.extraPorts.{index}.port",
        "another port of the Service has the number {port}, too: choose another one",
    ),
    "node-port": Conflict(
        "service.extraPorts.{index}.nodePort",
        "another port of the Service has the nodePort {port}, too: choose another one",
    ),
    "metrics-off": Conflict("{key}", "there are no metrics: set metrics.enabled to true, or {key} to false"),
    "metrics-twice": Conflict(
        "metrics.podMonitor.enabled",
        "metrics.serviceMonitor is enabled too, and Prometheus would count everything twice: keep one of them",
    ),
    "metrics-port": Conflict(
        "metrics.port", "the registry itself listens on port {port} of the Pod: choose another port"
    ),
    "metrics-path": Conflict(
        "metrics.path", "{path} is taken by the debug server: choose another path, such as /metrics"
    ),
    "metrics-variable": Conflict(
        "extraEnvVars.{index}.name",
        "{name} sets the debug server, as metrics.enabled does: remove it, and use metrics.port and metrics.path",
    ),
    "metrics-debug": Conflict(
        "configuration.http.debug",
        "metrics.enabled sets the debug server, which listens inside the Pod only: remove configuration.http.debug, "
        "and use metrics.port and metrics.path",
    ),
    "collection-proxy": Conflict(
        "garbageCollection.enabled",
        "a pull-through cache deletes expired images itself: set garbageCollection.enabled to false",
    ),
    "collection-memory": Conflict(
        "garbageCollection.enabled",
        "the inmemory driver keeps images in the memory of one process, which the collector cannot see: set "
        f"garbageCollection.enabled to false, use the chart's volume, or {_OBJECT_STORE}",
    ),
    "collection-strategy": Conflict(
        "updateStrategy.type",
        "with RollingUpdate an old Pod could still accept pushes to the volume while garbage is collected, and only a "
        "ReadWriteMany volume can be mounted by the Job that prevents this: set updateStrategy.type to Recreate",
    ),
    "collection-redis-servers": Conflict(
        "{key}.addrs",
        "garbage collection empties the cache, which it can do on a single Redis server, not on a cluster or by "
        "sentinels: write one address and no name of a master, or set {cache} to {other}",
    ),
    "collection-redis-tls": Conflict(
        "{key}.tls",
        "garbage collection empties the cache, and has no client that can check the certificate of Redis: use Redis "
        "without TLS, or set {cache} to {other}",
    ),
    "collection-redis-variable": Conflict(
        "extraEnvVars.{index}.name",
        "garbage collection empties the cache, and does not see {name}: remove it, and use cache.redis or "
        "configuration.redis",
    ),
    "collection-variable": Conflict(
        "extraEnvVars.{index}.name",
        "{name} is set by garbage collection, which makes the registry read-only: remove it, and use the key "
        "configuration.storage",
    ),
    "collection-command": Conflict(
        "{key}",
        "garbage collection in the Pod runs the registry by a script of its own: remove {key}, or set "
        "garbageCollection.enabled to false",
    ),
    "collection-schedule": Conflict(
        "garbageCollection.schedule",
        "the range {range} ends before it begins: write the smaller number first, or two ranges",
    ),
}
"""Every combination, by its name."""

VOLUME_REMEDIES: Final = {
    "data": ", or, to keep the images on a volume of your own, such as NFS, create a PersistentVolumeClaim of it, and "
    "set persistence.enabled to true and persistence.existingClaim to its name",
    **{
        volume: f", or set {key} instead"
        for volume, key in {
            "config": "configuration",
            "htpasswd": "auth.htpasswd.existingSecret",
            "token": "auth.token.existingSecret",
            "tls": "tls.existingSecret",
            "client-cas": "tls.clientAuthentication.existingSecret",
            "extra-cas": "extraCAs",
            "gcs": "storage.gcs.existingSecret",
        }.items()
    },
}
"""How a remedy about a volume of the chart ends, by its name: with the value that decides what is in it."""


def conflict_error(name: LiteralString, /, **words: object) -> LocatedError:
    """Return the error, with the path of the key to change. `words` fill the placeholders; numbers of the key are
    indexes of lists."""
    conflict = CONFLICTS[name]
    steps = conflict.key.format(**words).split(".")
    path = tuple(int(step) if step.isdecimal() else step for step in steps)
    return path, custom_error(name, conflict.text.format(**words))


def missing_keys(error: LocatedError) -> tuple[str, ...]:
    """Return the keys of which one is missing, if `error` is a conflict that more values can solve."""
    path, problem = error
    conflict = CONFLICTS.get(problem.type)
    return () if conflict is None or conflict.missing is None else (".".join(map(str, path)), *conflict.missing)
