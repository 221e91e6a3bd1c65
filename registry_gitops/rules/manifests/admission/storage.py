"""Claims, volumes, and the data of ConfigMaps and Secrets."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import FieldRule
from registry_gitops.rules.manifests.admission.syntax import is_open

_DATA_KEY: Final = re.compile(r"[-._a-zA-Z0-9]+")
_MOST_DATA: Final = 2**20

_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def _claim(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    modes = value.get("accessModes")
    if not modes:
        yield Problem((), "the claim has no accessModes", "add accessModes", severity=Severity.WARNING)
    elif isinstance(modes, list) and len(modes) > 1 and "ReadWriteOncePod" in modes:
        message = "ReadWriteOncePod does not go with other modes"
        yield Problem(("accessModes",), message, "keep one of them", on_key=True)
    resources = value.get("resources")
    requests = resources.get("requests") if isinstance(resources, dict) else None
    if requests is None or (isinstance(requests, dict) and requests.get("storage") is None):
        message = "the claim does not request storage"
        yield Problem((), message, "add resources.requests.storage", severity=Severity.WARNING)


_PERSISTENT_SOURCES: Final = frozenset(
    {
        *("hostPath", "gcePersistentDisk", "awsElasticBlockStore", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume"),
        *("cinder", "cephfs", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "local", "csi"),
        *("photonPersistentDisk", "portworxVolume", "scaleIO", "storageos"),
    }
)


def _persistent_volume(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    sources = [key for key, source in value.items() if key in _PERSISTENT_SOURCES and source is not None]
    if len(sources) > 1:
        yield Problem((sources[1],), "the volume has more than one source", "keep one of them", on_key=True)
    elif not sources:
        message = "the volume has no source"
        yield Problem((), message, "add csi, nfs, or another source", severity=Severity.WARNING)
    for key in ("accessModes", "capacity"):
        if not value.get(key):
            yield Problem((), f"the volume has no {key}", f"add {key}", severity=Severity.WARNING)
    if "local" in sources and value.get("nodeAffinity") is None:
        message = "a local volume needs the node that it is on"
        yield Problem(("local",), message, "add nodeAffinity", on_key=True, severity=Severity.WARNING)


def _keys(value: Any) -> Iterable[Problem]:
    """Check the keys of ConfigMaps and Secrets: names of files."""
    if type(value) is not dict:
        return
    for key in value:
        is_name = _DATA_KEY.fullmatch(key) and not key.startswith("..") and key != "." and len(key) <= 253
        if not is_name and not is_open(key):
            message = "the key is not made of letters, digits, hyphens, underscores, and points"
            yield Problem((key,), message, "rename the key; to mount it at a path, use items", on_key=True)


def _size(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    texts = value.get("data") or {}
    binary = value.get("binaryData") or {}
    if type(texts) is not dict or type(binary) is not dict:
        return
    # Characters are counted first: UTF-8 has one to four bytes each.
    if sum(len(text) for text in texts.values() if isinstance(text, str)) > _MOST_DATA // 4 or binary:
        size = sum(len(text.encode()) for text in texts.values() if isinstance(text, str))
        if size + sum(len(text) * 3 // 4 for text in binary.values() if isinstance(text, str)) > _MOST_DATA:
            yield Problem(("data",), "the ConfigMap is larger than 1 MiB", "split it, or shorten it")
    for key in binary:
        if key in texts:
            message = "the key is in data too"
            yield Problem(("binaryData", key), message, "delete one of both", on_key=True)


def _secret_size(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    size = 0.0
    for key, bytes_per_character in (("data", 0.75), ("stringData", 1)):
        texts = value.get(key)
        if type(texts) is dict:
            size += sum(len(text) for text in texts.values() if isinstance(text, str)) * bytes_per_character
    if size > _MOST_DATA:
        yield Problem((), "the Secret is larger than 1 MiB", "split it")


def _decode(value: str) -> bytes | None:
    """Return what base64 text stands for, as Go reads it, or None."""
    packed = value.replace("\n", "").replace("\r", "")
    return binascii.a2b_base64(packed) if _BASE64.fullmatch(packed) else None


def _base64(value: Any) -> Iterable[Problem]:
    if isinstance(value, str) and _decode(value) is None and not is_open(value):
        yield Problem((), "the value is not base64", "encode it, or move it to stringData")


_SECRET_KEYS: Final = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def _secret(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    kind = value.get("type")
    data, texts = value.get("data") or {}, value.get("stringData") or {}
    if not isinstance(data, dict) or not isinstance(texts, dict) or not isinstance(kind, str):
        return
    is_partial = not data and not texts
    keys = {*data, *texts}
    for key in _SECRET_KEYS.get(kind, ()):
        if key not in keys:
            severity = Severity.WARNING if is_partial else None
            yield Problem(("type",), f"a Secret of type {kind} needs the key {key}", f"add {key}", severity=severity)
    if kind == "kubernetes.io/basic-auth" and not keys & {"username", "password"}:
        severity = Severity.WARNING if is_partial else None
        message = "a Secret of type kubernetes.io/basic-auth needs the key username or password"
        yield Problem(("type",), message, "add the keys", severity=severity)
    if kind == "kubernetes.io/service-account-token":
        metadata = value.get("metadata")
        annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
        if not (isinstance(annotations, dict) and annotations.get("kubernetes.io/service-account.name")):
            message = "a Secret of type kubernetes.io/service-account-token needs the name of the account"
            yield Problem(("type",), message, "add the annotation kubernetes.io/service-account.name")
    if kind in ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"):
        yield from _docker_config(_SECRET_KEYS[kind][0], data, texts)


def _docker_config(key: str, data: dict[str, Any], texts: dict[str, Any]) -> Iterable[Problem]:
    at, text = ("stringData", texts.get(key)) if key in texts else ("data", data.get(key))
    if not isinstance(text, str) or is_open(text):
        return
    content = text.encode() if at == "stringData" else _decode(text)
    if content is None:
        return
    import json  # Imported here, because few files have Secrets for registries.

    try:
        is_object = isinstance(json.loads(content), dict | None)
    except ValueError:
        is_object = False
    if not is_object:
        message = f"{key} is no object of JSON"
        yield Problem((at, key), message, "write the content of a config.json of Docker, with the key auths")


STORAGE_RULES: Final = (
    FieldRule(
        "invalid-claim",
        "The API server accepts the claims and volumes",
        Severity.ERROR,
        """A PersistentVolumeClaim has no access mode or no size, or a volume no source or several ones.

        Why: the API server refuses the object. ReadWriteOncePod does not go with other access modes.

        Source: https://github.com/Alluxio/k8s-operator/pull/88

        Bad: `accessModes: [ReadWriteOncePod, ReadWriteOnce]`   Good: `accessModes: [ReadWriteOnce]`
        """,
        {"claim:": _claim, "PersistentVolume:spec": _persistent_volume},
    ),
    FieldRule(
        "invalid-data-key",
        "The API server accepts the keys of ConfigMaps and Secrets",
        Severity.ERROR,
        """A key of a ConfigMap or a Secret has a character that no key has.

        Why: the API server refuses the object. Keys are names of files: letters, digits, "-", "_", and ".".

        Source: https://github.com/kubernetes/kubernetes/issues/117145

        Bad: `conf.d/app.yaml: ...`
        Good: `app.yaml: ...`, mounted with `items: [{key: app.yaml, path: conf.d/app.yaml}]`
        """,
        {"ConfigMap:data ConfigMap:binaryData Secret:data Secret:stringData": _keys},
    ),
    FieldRule(
        "data-too-large",
        "ConfigMaps and Secrets are small enough",
        Severity.ERROR,
        """A ConfigMap or a Secret is larger than 1 MiB, or a ConfigMap has a key in data and in binaryData.

        Why: the API server refuses the object.

        Source: https://github.com/grafana/grafana-operator/issues/68

        Bad: a dashboard of 2 MiB in a ConfigMap   Good: two ConfigMaps, with one half each
        """,
        {"ConfigMap:": _size, "Secret:": _secret_size},
    ),
    FieldRule(
        "invalid-base64",
        "The data of Secrets is base64",
        Severity.ERROR,
        """A value in data of a Secret, or in binaryData of a ConfigMap, is not base64.

        Why: the API server refuses the object, and prints a part of the value. Plain text belongs into stringData.

        Source: https://github.com/kubernetes/kubernetes/issues/82421

        Bad: `data: {user: admin!}`   Good: `stringData: {user: admin!}`
        """,
        {"Secret:data.* ConfigMap:binaryData.*": _base64},
    ),
    FieldRule(
        "secret-type",
        "Secrets have the keys of their type",
        Severity.ERROR,
        """A Secret does not have the keys that its type demands, or not the content.

        Why: the API server refuses the object. The type kubernetes.io/tls needs tls.crt and tls.key, and
        kubernetes.io/dockerconfigjson needs .dockerconfigjson with JSON.

        Source: https://github.com/bitnami/charts/issues/8094

        Bad: `type: kubernetes.io/tls` with `data: {cert.pem: ...}`
        Good: `type: kubernetes.io/tls` with `data: {tls.crt: ..., tls.key: ...}`
        """,
        {"Secret:": _secret},
    ),
)
