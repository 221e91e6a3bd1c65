"""What a document is: by its content, and by the name of its file."""

from __future__ import annotations

import os.path
import re
from typing import Any, Final

from registry_gitops.documents.decided_later import is_decided_later
from registry_gitops.documents.document import Role

_KUSTOMIZATION_FILES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_PATCH_NAME: Final = re.compile(r"(?<![A-Za-z])(?i:patch(?:es)?)(?![a-z])")
_PATCH_DIRECTIVES: Final = ("$patch", "$retainKeys", "$deleteFromPrimitiveList/", "$setElementOrder/")
_SOURCE_TYPES: Final = ("git", "oci", "helm")
_SECTIONS: Final = frozenset(
    ["name", "namespace", "source", "release", "values", "kustomization", "flux", "rules", "resources"]
)

_LOCAL_GROUPS: Final = re.compile(
    r"(?:.*\.)?(?:config\.(?:k8s|kubernetes)\.io|admission\.k8s\.io|kubeadm\.k8s\.io|audit\.k8s\.io)"
    r"|apiserver\.k8s\.io|kind\.x-k8s\.io|k3d\.io|eksctl\.io|skaffold|backstage\.io|cli\.kyverno\.io|client\.authentication\.k8s\.io"
    r"|krew\.googlecontainertools\.github\.com|meta\.pkg\.crossplane\.io"
)
"""Groups of files that programs read, and that no cluster has."""
_LOCAL_VERSION: Final = re.compile(r"builtin|v[0-9]+(?:alpha|beta)[0-9]+")
_BUILT_IN_GROUP: Final = re.compile(r"[a-z]*|.*\.k8s\.io|.*\.toolkit\.fluxcd\.io")


def classify(path: str, text: str, value: Any) -> Role:
    """Return the role of a document with this text and value, in a file of this path."""
    if not isinstance(value, dict):
        return Role.OTHER
    name = path.rpartition("/")[2]
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if isinstance(api_version, str) and api_version.startswith("kustomize.config.k8s.io/"):
        return Role.KUSTOMIZATION
    if not (isinstance(api_version, str) and isinstance(kind, str)):
        if name in _KUSTOMIZATION_FILES:
            return Role.KUSTOMIZATION
        return Role.DESCRIPTION if _is_description(value) else Role.OTHER
    if is_decided_later(api_version) or is_decided_later(kind) or _is_local(api_version, kind, value):
        return Role.OTHER
    if _is_named_patch(path) or (_names_directive(text) and _has_directive(value)):
        return Role.PATCH
    return Role.OBJECT


def without_sops(value: Any) -> Any:
    """Return a value without what SOPS adds to it, which is no field of the object."""
    if isinstance(value, dict):
        sops = value.get("sops")
        if isinstance(sops, dict) and "mac" in sops and ("version" in sops or "lastmodified" in sops):
            del value["sops"]
    return value


def is_chart_template(path: str) -> bool:
    """Whether a file is below `templates/` of a chart: a template makes YAML, and is none."""
    return _is_below_templates(os.path.abspath(os.path.dirname(path)))


def _is_below_templates(directory: str) -> bool:
    chart, found, _ = f"{directory}/".rpartition("/templates/")
    return bool(found) and (os.path.exists(f"{chart}/Chart.yaml") or _is_below_templates(chart))


def _is_named_patch(path: str) -> bool:
    directory, _, name = path.rpartition("/")
    return bool(_PATCH_NAME.search(name) or directory.rpartition("/")[2] in ("patch", "patches"))


def _names_directive(text: str) -> bool:
    return "$" in text and any(directive in text for directive in _PATCH_DIRECTIVES)


def _has_directive(value: Any) -> bool:
    """Whether a key of a value is a directive of strategic merge patches. One in a text is of another patch."""
    if isinstance(value, dict):
        return any(str(key).startswith(_PATCH_DIRECTIVES) or _has_directive(each) for key, each in value.items())
    return isinstance(value, list) and any(map(_has_directive, value))


def _is_description(value: dict[Any, Any]) -> bool:
    source = value.get("source")
    has_source = isinstance(source, dict) and source.get("type", "git") in _SOURCE_TYPES
    return has_source and _SECTIONS.issuperset(value)


def _is_local(api_version: str, kind: str, value: dict[Any, Any]) -> bool:
    """Whether a program reads the file, and no API server: a kubeconfig, a cluster of kind, an entry of a catalog."""
    group, slash, _ = api_version.rpartition("/")
    if not slash:
        return _LOCAL_VERSION.fullmatch(api_version) is not None or (api_version, kind) == ("v1", "Config")
    if _LOCAL_GROUPS.fullmatch(group):
        return True
    if "metadata" not in value:
        return not _BUILT_IN_GROUP.fullmatch(group)
    annotations = value["metadata"].get("annotations") if isinstance(value["metadata"], dict) else None
    local = annotations.get("config.kubernetes.io/local-config") if isinstance(annotations, dict) else None
    return local is not None and str(local).lower() != "false"
