"""Containers: their names, ports, environment, volumes, probes, and security context."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import Check, FieldRule
from registry_gitops.rules.manifests.admission.syntax import (
    dns_label,
    dns_subdomain,
    is_open,
    matches,
    port_name,
    qualified_name,
    service_name,
)


def mappings(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the mappings of a list, each with its index."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield index, item


def names_in(value: Any, key: str = "name") -> set[str]:
    """Return the names of the items of a list."""
    return {item[key] for _, item in mappings(value) if isinstance(item.get(key), str)}


def _port_names(value: Any) -> Iterable[Problem]:
    seen = set()
    for index, port in mappings(value):
        name = port.get("name")
        if not isinstance(name, str) or not name:
            continue
        if name in seen and not is_open(name):
            yield Problem((index, "name"), "another port has this name", "rename one, or delete it")
        seen.add(name)


def _container_names(value: Any) -> Iterable[Problem]:
    """Compare the names of the init containers of a Pod with those of its containers."""
    if type(value) is not dict or not value.get("initContainers"):
        return
    names = names_in(value.get("containers"))
    for index, container in mappings(value.get("initContainers")):
        name = container.get("name")
        if isinstance(name, str) and name in names and not is_open(name):
            message = "the Pod has another container of this name"
            yield Problem(("initContainers", index, "name"), message, "rename one, or delete it")


_FIELD_PATH: Final = re.compile(
    r"metadata\.(name|namespace|uid|(labels|annotations)\[['\"].+['\"]\])"
    r"|spec\.(nodeName|serviceAccountName)|status\.(hostIP|podIP)s?"
)
_ENV_SOURCES: Final = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def _is_impossible(name: str) -> bool:
    return not name or "=" in name or not name.isascii() or not name.isprintable()


def _env(value: Any) -> Iterable[Problem]:
    for index, variable in mappings(value):
        name = variable.get("name")
        if isinstance(name, str) and not is_open(name) and _is_impossible(name):
            message = "the name of the variable is empty, or has a character that no name can have"
            yield Problem((index, "name"), message, 'write a name of printable ASCII characters without "="')
        source = variable.get("valueFrom")
        if type(source) is not dict:
            continue
        if variable.get("value") not in (None, ""):
            yield Problem((index, "valueFrom"), "the variable has a value, and a source too", "delete one of both")
        sources = [key for key in _ENV_SOURCES if source.get(key) is not None]
        path = source["fieldRef"].get("fieldPath") if isinstance(source.get("fieldRef"), dict) else None
        if isinstance(path, str) and not _FIELD_PATH.fullmatch(path) and not is_open(path):
            message = "no variable can have the value of this field"
            at = (index, "valueFrom", "fieldRef", "fieldPath")
            yield Problem(at, message, "write metadata.name, status.podIP, or another field of the documentation")
        if len(sources) > 1:
            yield Problem((index, "valueFrom"), "the variable has more than one source", "keep one of them")
        elif not sources:
            names = ", ".join(_ENV_SOURCES[:-1])
            yield Problem((index, "valueFrom"), "the variable has no source", f"add one of {names}")


def _env_from(value: Any) -> Iterable[Problem]:
    for index, source in mappings(value):
        has = [key for key in ("configMapRef", "secretRef") if source.get(key) is not None]
        if len(has) == 2:
            yield Problem((index, "secretRef"), "one entry has two sources", "write an entry for each")
        elif not has:
            yield Problem((index,), "the entry has no source", "add configMapRef or secretRef")


_VOLUME_SOURCES: Final = frozenset(
    {
        *("hostPath", "emptyDir", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "secret", "nfs", "iscsi"),
        *("glusterfs", "persistentVolumeClaim", "rbd", "flexVolume", "cinder", "cephfs", "flocker", "downwardAPI"),
        *("fc", "azureFile", "configMap", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk"),
        *("projected", "portworxVolume", "scaleIO", "storageos", "csi", "ephemeral", "image"),
    }
)


def _volume(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    sources = [key for key, source in value.items() if key in _VOLUME_SOURCES and source is not None]
    if len(sources) > 1:
        yield Problem((sources[1],), "the volume has more than one source", "keep one of them", on_key=True)


def _mounts(value: Any) -> Iterable[Problem]:
    for index, mount in mappings(value):
        for key in ("subPath", "subPathExpr"):
            inner = mount.get(key)
            if isinstance(inner, str) and (inner.startswith("/") or ".." in inner.split("/")) and not is_open(inner):
                message = f"{key} is an absolute path, or leads out of the volume"
                yield Problem((index, key), message, "write a path from the root of the volume on, without ..")
        if mount.get("subPath") and mount.get("subPathExpr"):
            yield Problem((index, "subPathExpr"), "subPath and subPathExpr are both set", "delete one of both")


def _mounted_volumes(pod: Any, more: Iterable[str] = ()) -> Iterator[Problem]:
    """Yield the mounts of a Pod that name no volume."""
    if type(pod) is not dict:
        return
    names: set[str] | None = None
    for key in ("containers", "initContainers"):
        for index, container in mappings(pod.get(key)):
            if "image" not in container:
                # A part of a Pod, for an overlay: the rest of it has the volumes.
                return
            for number, mount in mappings(container.get("volumeMounts")):
                if names is None:
                    names = names_in(pod.get("volumes")).union(more)
                    if any(map(is_open, names)):
                        return
                name = mount.get("name")
                if isinstance(name, str) and name not in names:
                    message = "the Pod has no volume of this name"
                    yield Problem((key, index, "volumeMounts", number, "name"), message, "add it to volumes, or rename")


def _with_claims(spec: Any) -> Iterable[Problem]:
    """Check the Pod of a StatefulSet, whose claims are volumes too."""
    try:
        pod, claims = spec["template"]["spec"], spec.get("volumeClaimTemplates")
    except (AttributeError, KeyError, TypeError):
        return
    names = names_in([claim.get("metadata") for _, claim in mappings(claims)])
    for problem in _mounted_volumes(pod, names):
        yield problem._replace(path=("template", "spec", *problem.path))


_WITH_POD: Final = ("Pod:spec", "Deployment.apps:spec.template.spec", "DaemonSet.apps:spec.template.spec")
_JOBS: Final = ("ReplicaSet.apps:spec.template.spec", "job:template.spec")

_HANDLERS: Final = ("httpGet", "tcpSocket", "exec", "grpc")


def _probe(*, is_readiness: bool) -> Check:
    def check(value: Any) -> Iterable[Problem]:
        if type(value) is not dict:
            return
        handlers = [key for key in _HANDLERS if value.get(key) is not None]
        if len(handlers) > 1:
            message = f"the probe has more than one handler: {' and '.join(handlers)}"
            yield Problem((handlers[1],), message, "keep one of them", on_key=True)
        elif not handlers:
            # An overlay can have the handler, or this can be one.
            message = "the probe has no handler"
            yield Problem((), message, f"add one of {', '.join(_HANDLERS)}", on_key=True, severity=Severity.WARNING)
        if is_readiness:
            if value.get("terminationGracePeriodSeconds") is not None:
                message = "a readiness probe has no grace period, because it does not end the container"
                yield Problem(("terminationGracePeriodSeconds",), message, "delete it", on_key=True)
        else:
            threshold = value.get("successThreshold")
            if type(threshold) is int and threshold not in (0, 1):
                message = "the successThreshold of liveness and startup probes is always 1"
                yield Problem(("successThreshold",), message, "write 1, or delete it")
        if isinstance(value.get("httpGet"), dict) and value["httpGet"].get("port") is None:
            yield Problem(("httpGet",), "the handler has no port", "add the port", severity=Severity.WARNING)

    return check


_RESTARTING_PROBE: Final = _probe(is_readiness=False)


def _security_context(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    if value.get("allowPrivilegeEscalation") is False:
        if value.get("privileged") is True:
            message = "a privileged container cannot forbid privilege escalation"
            yield Problem(("allowPrivilegeEscalation",), message, "delete it, or privileged")
        capabilities = value.get("capabilities")
        added = capabilities.get("add") if isinstance(capabilities, dict) else None
        if isinstance(added, list) and "CAP_SYS_ADMIN" in added:
            message = "a container with CAP_SYS_ADMIN cannot forbid privilege escalation"
            yield Problem(("allowPrivilegeEscalation",), message, "delete it, or the capability")


def _root_user(value: Any) -> Iterable[Problem]:
    """Find containers that must not run as root, and do."""
    if type(value) is not dict:
        return
    outer = value.get("securityContext")
    outer = outer if isinstance(outer, dict) else {}
    for key in ("containers", "initContainers"):
        for index, container in mappings(value.get(key)):
            inner = container.get("securityContext")
            inner = inner if isinstance(inner, dict) else {}
            if _first(inner, outer, "runAsUser") == 0 and _first(inner, outer, "runAsNonRoot") is True:
                at = (key, index, "securityContext") if "runAsUser" in inner else ("securityContext",)
                message = "runAsNonRoot forbids user 0, so that the container does not start"
                yield Problem((*at, "runAsUser"), message, "write the number of another user, or runAsNonRoot: false")


def _first(inner: dict[str, Any], outer: dict[str, Any], key: str) -> Any:
    value = inner.get(key)
    value = outer.get(key) if value is None else value
    return None if isinstance(value, bool) and key == "runAsUser" else value


def _toleration(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    operator, key = value.get("operator"), value.get("key")
    if operator not in (None, "", "Equal", "Exists", "Lt", "Gt"):
        if isinstance(operator, str) and not is_open(operator):
            yield Problem(("operator",), "the API server accepts only Equal and Exists", "write one of them")
        return
    if operator == "Exists" and value.get("value") not in (None, ""):
        yield Problem(("value",), "Exists takes no value", "delete the value, or write operator: Equal")
    if not key and operator != "Exists":
        yield Problem((), "a toleration without key is for all taints, and needs operator: Exists", "add the operator")
    if value.get("tolerationSeconds") is not None and value.get("effect") != "NoExecute":
        effect = value.get("effect")
        if not (isinstance(effect, str) and is_open(effect)):
            message = "tolerationSeconds needs effect: NoExecute"
            yield Problem(("tolerationSeconds",), message, "add the effect, or delete tolerationSeconds", on_key=True)


def _image(value: Any) -> Iterable[Problem]:
    if isinstance(value, str) and value != value.strip():
        yield Problem((), "the image has a space in front, or at its end", "delete the space")


_PORT_NAME: Final = matches(port_name, "the name of the port", "write at most 15 letters, digits, and hyphens")


def _port(value: Any) -> Iterable[Problem]:
    if isinstance(value, str) and value.isdecimal():
        return [Problem((), "a number in quotes is the name of a port, and names have a letter", "remove the quotes")]
    return _PORT_NAME(value)


def _named(syntax: Callable[[str], str]) -> Check:
    return matches(syntax, "the name", "rename it")


_OBJECT_NAME: Final = _named(dns_subdomain)

CONTAINER_RULES: Final = (
    FieldRule(
        "invalid-port-name",
        "The API server accepts the names of ports",
        Severity.ERROR,
        """The name of a port is none that a port can have, or a number in quotes.

        Why: the API server refuses the object. Names of ports of containers have at most 15 lowercase letters, digits,
        and single hyphens, with one letter at least; so has a text in targetPort. A number in quotes is such a text.

        Source: https://github.com/zegl/kube-score/issues/465

        Bad: `targetPort: "8080"`   Good: `targetPort: 8080`
        """,
        {
            "container:ports[].name backend:service.port.name": _PORT_NAME,
            "Service:spec.ports[].targetPort policyPort:port handler:httpGet.port handler:tcpSocket.port": _port,
            "Service:spec.ports[].name": matches(dns_label, "the name of the port", "rename the port"),
        },
    ),
    FieldRule(
        "invalid-part-name",
        "The API server accepts the names of containers and volumes",
        Severity.ERROR,
        """The name of a container, of a volume, or of an object that another one names, has an impossible character.

        Why: the API server refuses the object. Containers and volumes have at most 63 lowercase letters, digits, and
        hyphens.

        Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/core/validation/validation.go

        Bad: `name: My_Container`   Good: `name: my-container`
        """,
        {
            "container:name pod:volumes[].name pod:hostname pod:subdomain": _named(dns_label),
            "StatefulSet.apps:spec.volumeClaimTemplates[].metadata.name": _named(dns_label),
            "container:env[].valueFrom.secretKeyRef.name container:env[].valueFrom.configMapKeyRef.name": _OBJECT_NAME,
            "container:envFrom[].secretRef.name container:envFrom[].configMapRef.name": _OBJECT_NAME,
            "Ingress.networking.k8s.io:spec.tls[].secretName": _OBJECT_NAME,
            "backend:service.name": _named(service_name),
            "pod:tolerations[].key podAffinity:topologyKey": _named(qualified_name),
            "StorageClass.storage.k8s.io:provisioner": _named(qualified_name),
            "StatefulSet.apps:spec.serviceName": _named(dns_label),
            "pod:serviceAccountName pod:priorityClassName pod:runtimeClassName": _named(dns_subdomain),
            "claim:storageClassName Ingress.networking.k8s.io:spec.ingressClassName": _named(dns_subdomain),
        },
    ),
    FieldRule(
        "duplicate-name",
        "Names of containers and ports are unique",
        Severity.ERROR,
        """Two ports have the same name, or an init container has the name of a container.

        Why: the API server refuses the object, though the lists have other keys.

        Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/core/validation/validation.go

        Bad: two ports with `name: http`   Good: `name: http` and `name: https`
        """,
        {
            "pod:": _container_names,
            "container:ports Service:spec.ports": _port_names,
        },
    ),
    FieldRule(
        "invalid-variable",
        "The API server accepts the environment variables",
        Severity.ERROR,
        """An environment variable has an impossible name, or no source or several ones.

        Why: the API server refuses the object. A variable has a value or one source, and so has an entry of envFrom.

        Source: https://github.com/knative/eventing/issues/4037

        Bad: `value: a` with `valueFrom: {secretKeyRef: ...}`   Good: `valueFrom: {secretKeyRef: ...}`
        """,
        {"container:env": _env, "container:envFrom": _env_from},
    ),
    FieldRule(
        "unknown-volume",
        "Mounts name volumes of the Pod",
        Severity.ERROR,
        """A container mounts a volume that its Pod does not have.

        Why: the API server refuses the object.

        Source: https://github.com/sonatype/helm3-charts/issues/14

        Bad: `volumeMounts: [{name: data, ...}]` without `volumes`
        Good: `volumeMounts: [{name: data, ...}]` with `volumes: [{name: data, ...}]`
        """,
        {" ".join((*_WITH_POD, *_JOBS)): _mounted_volumes, "StatefulSet.apps:spec": _with_claims},
    ),
    FieldRule(
        "invalid-volume",
        "The API server accepts volumes and mounts",
        Severity.ERROR,
        """A volume has two sources, or a subPath leads out of the volume.

        Why: the API server refuses the object. To have the files of two sources in one volume, use a projected one.

        Source: https://github.com/kubernetes/kubernetes/issues/48285

        Bad: `{name: data, emptyDir: {}, secret: {secretName: data}}`   Good: `{name: data, emptyDir: {}}`
        """,
        {"pod:volumes[]": _volume, "container:volumeMounts": _mounts},
    ),
    FieldRule(
        "invalid-probe",
        "The API server accepts the probes",
        Severity.ERROR,
        """A probe has no handler or several ones, or a setting that its kind does not have.

        Why: the API server refuses the object. The successThreshold of liveness and startup probes is 1.

        Source: https://github.com/instrumenta/kubeval/issues/179

        Bad: `livenessProbe: {successThreshold: 2, ...}`   Good: `readinessProbe: {successThreshold: 2, ...}`
        """,
        {
            "container:livenessProbe container:startupProbe": _RESTARTING_PROBE,
            "container:readinessProbe": _probe(is_readiness=True),
        },
    ),
    FieldRule(
        "security-contradiction",
        "Security contexts do not contradict themselves",
        Severity.ERROR,
        """A security context forbids what it demands.

        Why: the API server refuses a privileged container that forbids privilege escalation, and the kubelet does not
        start a container as user 0 with runAsNonRoot.

        Source: https://github.com/eclipse-packages/packages/issues/402

        Bad: `runAsNonRoot: true` with `runAsUser: 0`   Good: `runAsNonRoot: true` with `runAsUser: 1000`
        """,
        {"container:securityContext": _security_context, "pod:": _root_user},
    ),
    FieldRule(
        "invalid-toleration",
        "The API server accepts the tolerations",
        Severity.ERROR,
        """A toleration has fields that do not go together.

        Why: the API server refuses the object. Exists takes no value, a toleration without key needs Exists, and
        tolerationSeconds needs the effect NoExecute.

        Source: https://github.com/rh-ecosystem-edge/kernel-module-management/pull/1381

        Bad: `operator: Exists` with `value: gpu`   Good: `operator: Equal` with `value: gpu`
        """,
        {"pod:tolerations[]": _toleration},
    ),
    FieldRule(
        "image-space",
        "Images have no space around them",
        Severity.ERROR,
        """The image of a container has a space or a line break in front, or at its end.

        Why: the API server refuses the object. A block scalar, `image: |`, ends with a line break.

        Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/core/validation/validation.go

        Bad: `image: "registry.example.com/web:1 "`   Good: `image: registry.example.com/web:1`
        """,
        {"container:image": _image},
    ),
)
